using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>What its owner says of a version when it is published: <c>training.json</c>.</summary>
public sealed record TrainingInfo
{
    /// <summary>Nothing said.</summary>
    public static TrainingInfo None { get; } = new();

    /// <summary>Figures of the training, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What else is to be known of the version.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads <c>{ "metrics": { "auc": 0.97 }, "labels": { "algorithm": "boosted trees" } }</c>; either may be left out.</summary>
    /// <exception cref="ContractException">It is no JSON of that form; the message says where.</exception>
    public static TrainingInfo Parse(ReadOnlySpan<byte> utf8)
    {
        var document = RegistryJson.Read(utf8, RegistryJson.Default.TrainingDocument, "training info");
        RequireText(document.Labels);
        return new TrainingInfo { Metrics = document.Metrics ?? None.Metrics, Labels = document.Labels ?? None.Labels };
    }

    /// <summary>The annotations of a dictionary's values are not seen by the reader.</summary>
    internal static void RequireText(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels?.FirstOrDefault(l => l.Value is null).Key is { } label)
            throw new ContractException($"labels.{label} is null; it has to be a text");
    }
}
