// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run one at a time, on a clock that stands still while they do: which one goes on
 * next, and when, follows from a seed alone. So a schedule can be had again.
 *
 * <p>A thread gives way where it waits, and now and then where it takes a lock or writes a frame.
 * Whatever else happens, such as a frame that arrives, is an event between two turns.
 */
final class Simulation implements Waiting {
  private static final long MAX_EVENTS = 2_000_000;
  private static final String THREAD_NAME = "simulated";
  private static final int TOLD = 400;
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, THREAD_NAME);
            thread.setDaemon(true);
            return thread;
          });

  /** Ends a thread whose process was killed, or whose schedule is over. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("The simulated process was killed", null, false, false);
    }
  }

  /** A party's process: it ends all at once. */
  static final class PartyProcess {
    final PartyId party;
    final List<Task> tasks = new ArrayList<>();
    // No thread is stopped that has it: another one would wait for it for real.
    Object monitor = new Object();
    Runnable atDeath = () -> {};
    boolean dead;

    PartyProcess(PartyId party) {
      this.party = party;
    }
  }

  /** One thread; runs while it has the baton. */
  static final class Task {
    final String name;
    final boolean essential;
    final Semaphore baton = new Semaphore(0);
    PartyProcess process;
    long turn;
    boolean ended;

    Task(String name, boolean essential, PartyProcess process) {
      this.name = name;
      this.essential = essential;
      this.process = process;
    }
  }

  /** Gives a task its turn, or does some work where the task is null. */
  private record Event(
      long time, long order, String what, @Nullable Task task, long turn, Runnable work) {}

  private final SplittableRandom random;
  private final int yieldsPerThousand;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) ->
              a.time() != b.time()
                  ? Long.compare(a.time(), b.time())
                  : Long.compare(a.order(), b.order()));
  private final List<Task> tasks = new ArrayList<>();
  private final Semaphore done = new Semaphore(0);
  private final Deque<String> told = new ArrayDeque<>();
  private final Task outside = new Task("outside", false, new PartyProcess(new PartyId("outside")));
  // Whoever has the baton, or the test's thread before and after; events run outside of any.
  private volatile Task current = outside;
  private long now;
  private long order;
  private long count;
  private long trace;
  private int essential;
  private boolean over;
  private @Nullable AssertionError failure;

  Simulation(SplittableRandom random, int yieldsPerThousand) {
    this.random = random;
    this.yieldsPerThousand = yieldsPerThousand;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  /** A digest of all that has happened. */
  long trace() {
    return trace;
  }

  long events() {
    return count;
  }

  /** The last events, the newest last. */
  List<String> told() {
    return List.copyOf(told);
  }

  /** Whether a thread of a party runs, not an event. */
  boolean isInside() {
    return current != outside;
  }

  Task current() {
    return current;
  }

  boolean isStopping() {
    return over || failure != null;
  }

  /** Does something later; the text is part of the trace. */
  void later(long nanos, String what, Runnable work) {
    events.add(new Event(now + nanos, order++, what, null, 0, work));
  }

  /** Gives a task its next turn, unless it has had one by then. */
  void resume(Task task, long nanos, String what) {
    events.add(new Event(now + nanos, order++, what, task, task.turn, () -> {}));
  }

  /** Lets others go on for a while. */
  void sleep(long nanos, String what) {
    if (isInside()) {
      resume(current, nanos, what);
      pause();
    }
  }

  /** Gives way now and then. */
  void maybeYield(String where) {
    if (isInside()
        && !Thread.holdsLock(current.process.monitor)
        && random.nextInt(1000) < yieldsPerThousand) {
      sleep(random.nextLong(20_000_000), where);
    }
  }

  /**
   * Waits until the current task has another turn.
   *
   * @throws Killed if there will be none
   */
  void pause() {
    Task self = current;
    Task next = next();
    if (next == self) {
      current = self;
    } else {
      hand(next);
      self.baton.acquireUninterruptibly();
    }
    check();
  }

  /** Ends the current task if its process is dead. */
  void check() {
    if (isInside() && (isStopping() || current.process.dead)) {
      throw new Killed();
    }
  }

  private void hand(Task next) {
    current = next;
    next.baton.release();
  }

  /** Runs what happens before a task's turn comes. */
  private Task next() {
    current = outside;
    while (!isStopping()) {
      Event event = events.poll();
      if (event == null) {
        fail("hang: nobody can go on, and nothing is under way", null);
        break;
      }
      Task task = event.task();
      if (task != null && (task.ended || task.turn != event.turn())) {
        continue;
      }
      now = Math.max(now, event.time());
      tell(event.what());
      if (++count > MAX_EVENTS) {
        fail("no end after " + count + " events", null);
        break;
      }
      if (task != null) {
        task.turn++;
        return task;
      }
      try {
        event.work().run();
      } catch (RuntimeException | Error e) {
        fail("an event failed: " + event.what(), e);
      }
    }
    return tasks.get(0);
  }

  private void fail(String what, @Nullable Throwable cause) {
    if (failure == null) {
      failure = new AssertionError(what, cause);
    }
  }

  /** Something that is part of the schedule. */
  void tell(String what) {
    trace = (trace * 0x5851f42d4c957f2dL + what.hashCode()) * 0x14057b7ef767814fL + now;
    if (!what.contains(" dials ")) {
      told.add(now / 1000 + " us: " + what);
    }
    if (told.size() > TOLD) {
      told.remove();
    }
  }

  @Override
  public void start(String name, Runnable work) {
    PartyProcess process = isInside() ? current.process : starting;
    begin(new Task(name, false, process), work);
  }

  /** Whose process it is that an event starts a thread in. */
  private PartyProcess starting = outside.process;

  void within(PartyProcess process, Runnable work) {
    PartyProcess before = starting;
    starting = process;
    try {
      work.run();
    } finally {
      starting = before;
    }
  }

  Task begin(Task task, Runnable work) {
    tasks.add(task);
    task.process.tasks.add(task);
    THREADS.execute(
        () -> {
          task.baton.acquireUninterruptibly();
          try {
            check();
            work.run();
          } catch (Killed e) {
            // As it should be.
          } catch (RuntimeException | Error e) {
            fail("thread " + task.name + " failed", e);
          } finally {
            end(task);
          }
        });
    resume(task, random.nextLong(5_000_000), task.name + " starts");
    return task;
  }

  private void end(Task task) {
    task.ended = true;
    tasks.remove(task);
    task.process.tasks.remove(task);
    tell(task.name + " ends");
    if (task.essential && --essential == 0) {
      over = true;
    }
    if (tasks.isEmpty()) {
      current = outside;
      done.release();
    } else {
      hand(next());
    }
  }

  /** A process ends where it is; its threads are unwound, which nobody else sees. */
  void kill(PartyProcess process) {
    process.dead = true;
    process.atDeath.run();
    for (Task task : process.tasks) {
      if (task != current) {
        task.turn++;
        resume(task, 0, task.name + " is killed");
      }
    }
  }

  /** The current task goes on as another process. */
  void reborn(PartyProcess process) {
    Task self = current;
    self.process.tasks.remove(self);
    self.process = process;
    process.tasks.add(self);
  }

  /** Runs all at once and returns what each returned, or throws what the first failed with. */
  <R> SortedMap<PartyId, R> run(
      Map<PartyId, ? extends Callable<R>> calls, Map<PartyId, PartyProcess> processes) {
    SortedMap<PartyId, R> results = new TreeMap<>();
    List<Throwable> failures = new ArrayList<>();
    essential = calls.size();
    new TreeMap<>(calls)
        .forEach(
            (party, call) -> {
              PartyProcess process = processes.get(party);
              if (process == null) {
                throw new AssertionError("No process of " + party);
              }
              begin(
                  new Task(party.name(), true, process),
                  () -> {
                    try {
                      results.put(party, call.call());
                    } catch (Killed e) {
                      throw e;
                    } catch (Throwable e) {
                      tell(party + " failed: " + e);
                      failures.add(e);
                    }
                  });
            });
    hand(next());
    try {
      if (!done.tryAcquire(2, TimeUnit.MINUTES)) {
        throw new AssertionError("A thread waits for something that is not simulated" + stacks());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted", e);
    }
    if (failure != null) {
      failures.forEach(failure::addSuppressed);
      throw failure;
    }
    if (!failures.isEmpty()) {
      throw Parties.first(failures);
    }
    return results;
  }

  /** Where each thread is. */
  private static String stacks() {
    StringBuilder text = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().equals(THREAD_NAME) && stack.length > 12) {
                text.append("\n\n").append(thread);
                for (StackTraceElement element : stack) {
                  text.append("\n  ").append(element);
                }
              }
            });
    return text.toString();
  }

  @Override
  public Lock newLock() {
    return new SimulatedLock();
  }

  /** Of one owner at a time, who may be any task, or what happens outside of all. */
  private final class SimulatedLock implements Lock {
    private @Nullable Task owner;
    private int holds;
    private final List<Task> waiting = new ArrayList<>();

    @Override
    public void lock() {
      if (owner != current) {
        if (!current.process.dead) {
          maybeYield("takes a lock");
        }
        while (owner != null) {
          if (!isInside()) {
            throw new AssertionError("An event would wait for a lock");
          }
          waiting.add(current);
          pause();
        }
        owner = current;
      }
      holds++;
    }

    @Override
    public void unlock() {
      if (owner != current) {
        throw new AssertionError("Not the owner");
      }
      if (--holds == 0) {
        owner = null;
        waiting.forEach(task -> resume(task, random.nextLong(1000), task.name + " has a lock"));
        waiting.clear();
      }
    }

    @Override
    public Condition newCondition() {
      return new SimulatedCondition(this);
    }

    @Override
    public void lockInterruptibly() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean tryLock() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }
  }

  private final class SimulatedCondition implements Condition {
    private final SimulatedLock lock;
    private final List<Task> waiting = new ArrayList<>();

    SimulatedCondition(SimulatedLock lock) {
      this.lock = lock;
    }

    @Override
    public long awaitNanos(long nanos) {
      check();
      Task self = current;
      long deadline = now + nanos;
      int holds = lock.holds;
      lock.holds = 1;
      lock.unlock();
      waiting.add(self);
      resume(self, Math.max(0, nanos), self.name + " has waited long enough");
      try {
        pause();
      } finally {
        waiting.remove(self);
        // Nobody is stopped while it has such a lock.
        Task owner = lock.owner;
        if (owner != null) {
          fail("a lock that is waited with is held by " + owner.name, null);
        }
        lock.owner = self;
        lock.holds = holds;
      }
      return deadline - now;
    }

    @Override
    public void signalAll() {
      // Each is told once; what it waits for may have changed again when its turn comes.
      waiting.forEach(task -> resume(task, random.nextLong(1_000_000), task.name + " goes on"));
      waiting.clear();
    }

    @Override
    public void await() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void awaitUninterruptibly() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean await(long time, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitUntil(java.util.Date deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void signal() {
      throw new UnsupportedOperationException();
    }
  }
}
