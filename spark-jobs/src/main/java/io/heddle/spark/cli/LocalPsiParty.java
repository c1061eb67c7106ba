// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.progress.Progress;
import io.heddle.psi.command.LocalPsi;
import io.heddle.psi.command.PsiCommand;
import io.heddle.spark.console.ExitCode;
import java.util.List;

/**
 * The process of a party that {@code heddle psi --local} starts. It has no options to explain, and
 * starts without what reads them.
 */
public final class LocalPsiParty {
  private LocalPsiParty() {}

  public static void main(String[] arguments) {
    ExitCode code = ExitCode.OK;
    try {
      var unused = PsiCommand.run(LocalPsi.ofArguments(List.of(arguments)), Progress.NONE);
    } catch (RuntimeException | Error e) {
      code = ExitCode.report(e, false, System.err);
    }
    System.exit(code.code());
  }
}
