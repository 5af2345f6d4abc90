using ModelServing.OpenInference.Infer;

namespace ModelServing.OpenInference.Rest;

/// <summary>The JSON of an answer.</summary>
internal sealed class ReadAnswer
{
    internal string Model { get; set; } = "";

    internal string? Version { get; set; }

    internal string? Id { get; set; }

    internal IReadOnlyDictionary<string, ParameterValue> Parameters { get; set; } = NoParameters.Shared;

    internal List<ReadOutput> Outputs { get; } = [];
}
