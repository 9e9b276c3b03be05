using System.Globalization;
using SandboxActors.Core;

namespace SandboxActors.Cli.Running;

/// <summary>How a call failed.</summary>
/// <param name="ExitCode">What the program returns.</param>
/// <param name="Kind">What machines know it by.</param>
/// <param name="Message">What happened; may hold text of the guest.</param>
/// <param name="Report">Where the guest stood, if it died.</param>
internal sealed record RunFailure(int ExitCode, string Kind, string Message, CrashReport? Report = null)
{
    /// <summary>What an exception of a call comes to; null if it is none of a call.</summary>
    public static RunFailure? Of(SandboxException failure) => failure switch
    {
        GuestErrorException error => new RunFailure(
            Cli.ExitCode.GuestError, "guest-error", string.Create(CultureInfo.InvariantCulture, $"The guest reported error {(int)error.Code} ({error.Code}): {error.Message}")),
        GuestCallRefusedException refused => new RunFailure(Cli.ExitCode.Refused, "refused", refused.Message),
        GuestCallCancelledException cancelled => new RunFailure(Cli.ExitCode.Interrupted, "interrupted", cancelled.Message),
        GuestDeadlineExceededException late => new RunFailure(Cli.ExitCode.TimedOut, "timed-out", late.Message, late.CrashReport),
        GuestPoisonException poison => new RunFailure(Cli.ExitCode.Poisoned, "poisoned", poison.Message, poison.CrashReport),
        _ => null,
    };
}
