namespace ModelServing.Contracts;

/// <summary>The paths of the Open Inference Protocol v2 over HTTP (KServe, "Open Inference Protocol, HTTP/REST"), and our own paths beside
/// it.</summary>
public static class InferencePaths
{
    /// <summary>The server's metadata.</summary>
    public const string Server = "/v2";

    /// <summary>The start of the paths about the server's health, without its '/'.</summary>
    public const string Health = "/v2/health";

    /// <summary>Whether the server is live.</summary>
    public const string Live = Health + "/live";

    /// <summary>Whether the server and all that it serves are ready.</summary>
    public const string Ready = Health + "/ready";

    /// <summary>The names of all models.</summary>
    public const string ModelList = "/v2/models";

    /// <summary>The start of a model's paths.</summary>
    public const string Models = "/v2/models/";

    /// <summary>The program's metrics, in Prometheus' text format.</summary>
    public const string Metrics = "/metrics";

    /// <summary>Whether the process is live, for its supervisor.</summary>
    public const string HealthLive = "/health/live";

    /// <summary>Whether the process is ready for requests, for load balancers.</summary>
    public const string HealthReady = "/health/ready";

    /// <summary>The extensions of the protocol that versions have, by the names of Triton's documentation.</summary>
    public static IReadOnlyList<string> Extensions { get; } = ["binary_tensor_data", "parameters", "schedule_policy", "statistics"];

    /// <summary>The path of a model, or of one of its versions.</summary>
    public static string Model(ModelName model, ModelVersion? version = null) =>
        version is { } v ? $"{Models}{model}/versions/{v}" : $"{Models}{model}";

    /// <summary>The path for inference requests to a model, or to one of its versions.</summary>
    public static string Infer(ModelName model, ModelVersion? version = null) => Model(model, version) + "/infer";
}
