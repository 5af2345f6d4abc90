using System.Collections.ObjectModel;

namespace ModelServing.OpenInference.Infer;

/// <summary>A question to a model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Inputs">Its inputs, in any order.</param>
public sealed record InferRequest(string Model, params IReadOnlyList<InferInput> Inputs)
{
    /// <summary>Gets the version that is to answer; by default the server chooses.</summary>
    public string? Version { get; init; }

    /// <summary>Gets an identifier of the caller's own, which the answer repeats.</summary>
    public string? Id { get; init; }

    /// <summary>Gets the outputs that the answer is to have; without any, it has all of the model.</summary>
    public IReadOnlyList<RequestedOutput> Outputs { get; init; } = [];

    /// <summary>Gets parameters of the request.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = NoParameters.Shared;

    /// <summary>Gets headers of this request, such as the one with its routing key. By gRPC they are metadata.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the time for the answer, with all retries; by default that of the client's options.</summary>
    public TimeSpan? Timeout { get; init; }
}
