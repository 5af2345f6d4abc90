using ModelServing.Registry.Onnx;

namespace ModelServing.Registry.Safety;

/// <summary>Applies the rules for artifacts, which docs/artifacts.md explains.</summary>
public static class ArtifactRules
{
    /// <summary>The version of the rules. A change that refuses a formerly accepted artifact, or the reverse, must increment it, so that
    /// verdicts from older rules are replaced.</summary>
    public const int Version = 3;

    /// <summary>Finds everything that is wrong with an artifact whose digest is verified: in the model's bytes, and between the model and
    /// the manifest.</summary>
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
        $"the model has {(length is null ? "too many" : length)} bytes; " +
        $"at most {limits.ModelBytes}{(limits.ModelBytes == ModelRegistry.MaxModelBytes ? " (1.5 GiB)" : "")} are allowed");

    private static void Compare(
        IReadOnlyList<TensorInfo> declared, IReadOnlyList<TensorInfo> served, string path, string key, List<Finding> findings)
    {
        if (declared.Count != served.Count)
        {
            findings.Add(new Finding(
                FindingCode.ManifestInterface,
                key,
                $"it has {declared.Count} {path}, but the model has {served.Count}; publish the model as another version"));
        }

        for (var i = 0; i < Math.Min(declared.Count, served.Count); i++)
        {
            if (declared[i].ToString() != served[i].ToString())
            {
                findings.Add(new Finding(
                    FindingCode.ManifestInterface,
                    $"{key} {path}[{i}]",
                    Shorten($"it is '{declared[i]}', but the model's is '{served[i]}'; publish the model as another version")));
            }
        }
    }

    // Both descriptions come from files, and their names may be as long as a name is allowed to be.
    private static string Shorten(string message) =>
        message.Length <= Finding.MaxMessage ? message : string.Concat(message.AsSpan(0, Finding.MaxMessage - 3), "...");
}
