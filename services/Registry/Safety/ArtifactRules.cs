using ModelServing.Registry.Onnx;

namespace ModelServing.Registry.Safety;

/// <summary>What an artifact is held against. docs/artifacts.md has the rules for a person.</summary>
public static class ArtifactRules
{
    /// <summary>The number of the rules. A change that refuses what was accepted, or the other way round, has the next one: a verdict by
    /// older rules is made anew.</summary>
    public const int Version = 1;

    /// <summary>All that is wrong with an artifact whose digest was verified: in the model's bytes, and between them and the manifest.</summary>
    public static ArtifactReport Inspect(Artifact artifact, ArtifactLimits limits)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return Inspect(artifact.Manifest, OnnxInspection.Inspect(artifact.Model.Span, limits));
    }

    internal static ArtifactReport Inspect(Manifest manifest, OnnxReport report)
    {
        var findings = report.Findings.ToList();
        if (report.Interface is { } served)
        {
            var key = RegistryLayout.Manifest(manifest.Model, manifest.Version).Text;
            Compare(manifest.Inputs, served.Inputs, "inputs", key, findings);
            Compare(manifest.Outputs, served.Outputs, "outputs", key, findings);
        }

        return new ArtifactReport(findings, report.MoreFindings);
    }

    internal static Finding TooLarge(ObjectKey key, long? length, ArtifactLimits limits) => new(
        FindingCode.ArtifactSize,
        key.Text,
        $"the model has {(length is null ? "too many" : length)} bytes; at most {limits.ModelBytes}{(limits.ModelBytes == ModelRegistry.MaxModelBytes ? " (1.5 GiB)" : "")} are allowed");

    private static void Compare(IReadOnlyList<TensorInfo> said, IReadOnlyList<TensorInfo> served, string path, string key, List<Finding> findings)
    {
        if (said.Count != served.Count)
            findings.Add(new Finding(FindingCode.ManifestInterface, key, $"it has {said.Count} {path}, the model has {served.Count}; publish the model as another version"));
        for (var i = 0; i < Math.Min(said.Count, served.Count); i++)
        {
            if (said[i].ToString() != served[i].ToString())
                findings.Add(new Finding(FindingCode.ManifestInterface, $"{key} {path}[{i}]", Shown($"it is '{said[i]}', the model's is '{served[i]}'; publish the model as another version")));
        }
    }

    // Both come from a file; a name may be as long as a name may be.
    private static string Shown(string message) => message.Length <= Finding.MaxMessage ? message : string.Concat(message.AsSpan(0, Finding.MaxMessage - 3), "...");
}
