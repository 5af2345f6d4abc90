using System.CommandLine;

namespace ModelServing.Bench.Soak;

/// <summary><c>soak</c>: what has to hold for long, or in ten thousand cases; ends with another exit code when it does not.</summary>
internal static class SoakCommand
{
    internal static Command Create() => new("soak", "What has to hold for long (./dev soak).")
    {
        GuardSoakCommand.Create(),
        RollbackSoakCommand.Create(),
    };
}
