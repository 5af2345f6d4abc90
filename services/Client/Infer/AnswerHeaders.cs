using System.Collections.ObjectModel;

namespace ModelServing.OpenInference.Infer;

/// <summary>The headers of an answer; by gRPC, its metadata. ModelServing's router sets those that have a property here.</summary>
/// <param name="All">All headers, by names without regard to case.</param>
public sealed record AnswerHeaders(IReadOnlyDictionary<string, string> All)
{
    /// <summary>Gets the headers of an answer without any.</summary>
    public static AnswerHeaders None { get; } = new(ReadOnlyDictionary<string, string>.Empty);

    /// <summary>Gets the request's identifier, by which the prediction log and outcomes name this prediction.</summary>
    public string? RequestId => this["X-Request-Id"];

    /// <summary>Gets the variant that answered, such as <c>stable</c> or <c>canary</c>.</summary>
    public string? Variant => this["X-Model-Variant"];

    /// <summary>Gets the number of the version that answered.</summary>
    public string? Version => this["X-Model-Version"];

    /// <summary>Gets the variant that failed before stable answered.</summary>
    public string? Failover => this["X-Model-Failover"];

    /// <summary>Gets what the status does not say about the answer, such as <c>non-finite</c>.</summary>
    public string? Outcome => this["X-Model-Outcome"];

    /// <summary>Gets the feature views of which features are defaults, each with the reason.</summary>
    public string? FeatureDefaults => this["X-Model-Feature-Defaults"];

    /// <summary>Gets how long the parts of the answer took.</summary>
    public string? ServerTiming => this["Server-Timing"];

    /// <summary>Gets a header; null if the answer does not have it.</summary>
    public string? this[string name] => All.GetValueOrDefault(name);
}
