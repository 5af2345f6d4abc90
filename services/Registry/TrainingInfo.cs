using ModelServing.Contracts;
using ModelServing.Registry.Profiles;

namespace ModelServing.Registry;

/// <summary>The owner's information about a version at publication: <c>training.json</c>.</summary>
public sealed record TrainingInfo
{
    public static TrainingInfo None { get; } = new();

    /// <summary>Training metrics, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Anything else that the owner records about the version.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The input that the service fills with features; null if callers send all inputs.</summary>
    public ModelFeatures? Features { get; init; }

    /// <summary>How the columns of the training table are distributed, from a file of its own; null for none. The manifest gets the part
    /// that is about the model.</summary>
    public TrainingProfile? Profile { get; init; }

    /// <summary>Reads <c>{ "metrics": { "auc": 0.97 }, "labels": { "algorithm": "boosted trees" }, "features": { ... } }</c>; each may be
    /// omitted.</summary>
    /// <exception cref="ContractException">The bytes are not JSON of that form. The message says where.</exception>
    public static TrainingInfo Parse(ReadOnlySpan<byte> utf8)
    {
        var document = RegistryJson.Read(utf8, RegistryJson.Default.TrainingDocument, "training info");
        RequireText(document.Labels);
        return new TrainingInfo
        {
            Metrics = document.Metrics ?? None.Metrics,
            Labels = document.Labels ?? None.Labels,
            Features = document.Features,
        };
    }

    /// <summary>Refuses null labels: the JSON reader does not check nullable annotations of dictionary values.</summary>
    internal static void RequireText(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels?.FirstOrDefault(l => l.Value is null).Key is { } label)
            throw new ContractException($"labels.{label} is null; it must be text");
    }
}
