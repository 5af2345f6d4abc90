using System.CommandLine;
using ModelServing.Bench.Soak.Evidence;
using ModelServing.Bench.Soak.Features;
using ModelServing.Bench.Soak.Fuzz;
using ModelServing.Bench.Soak.Hostile;
using ModelServing.Bench.Soak.Log;
using ModelServing.Bench.Soak.Memory;
using ModelServing.Bench.Soak.Mutants;
using ModelServing.Bench.Soak.Overload;

namespace ModelServing.Bench.Soak;

/// <summary><c>soak</c>: checks that take long or need ten thousand cases. The exit code is not 0 if one fails.</summary>
internal static class SoakCommand
{
    internal static Command Create() => new("soak", "Long-running checks (./dev soak).")
    {
        GuardSoakCommand.Create(),
        ExperimentSoakCommand.Create(),
        EvidenceSoakCommand.Create(),
        RollbackSoakCommand.Create(),
        MemorySoakCommand.Create(),
        HostileSoakCommand.Create(),
        LogSoakCommand.Create(),
        FeatureSoakCommand.Create(),
        MutantSoakCommand.Create(),
        FuzzSoakCommand.Create(),
        OverloadSoakCommand.Create(),
    };
}
