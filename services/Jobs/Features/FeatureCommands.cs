using System.CommandLine;
using ModelServing.Jobs.Skew;

namespace ModelServing.Jobs.Features;

/// <summary><c>features</c>: the jobs of the feature store.</summary>
internal static class FeatureCommands
{
    internal static Command Create() => new("features", "Batch work of the feature store.")
    {
        FeatureExportCommand.Create(), FeatureRebuildCommand.Create(), FeatureCompactCommand.Create(), FeatureProfileCommand.Create(),
        SkewCommand.Create(),
    };
}
