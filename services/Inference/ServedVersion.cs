using Microsoft.Extensions.DependencyInjection;
using ModelServing.Inference.Description;
using ModelServing.Inference.Models;
using ModelServing.Inference.Reporting;

namespace ModelServing.Inference;

/// <summary>A version that the service serves, with all that belongs to it alone. It is a scope of the service's parts: those that are
/// scoped exist once for each version, and the others are shared.</summary>
internal sealed class ServedVersion : IDisposable
{
    private readonly IServiceScope scope;

    internal ServedVersion(IServiceScopeFactory scopes, VersionSettings settings)
    {
        Settings = settings;
        scope = scopes.CreateScope();
        var parts = scope.ServiceProvider;
        parts.GetRequiredService<VersionScope>().Settings = settings;
        Calls = parts.GetRequiredService<ModelCalls>();
        Model = parts.GetRequiredService<VersionModel>();
        Loader = parts.GetRequiredService<ArtifactLoader>();
        Description = parts.GetRequiredService<ModelDescription>();
        OpenApi = parts.GetRequiredService<ApiDescription>();
        Api = parts.GetRequiredService<InferenceApi>();
        Metrics = parts.GetRequiredService<InferenceMetrics>();
        Recorder = parts.GetRequiredService<RequestRecorder>();
    }

    internal VersionSettings Settings { get; }

    internal ModelCalls Calls { get; }

    internal VersionModel Model { get; }

    internal ArtifactLoader Loader { get; }

    internal ModelDescription Description { get; }

    internal InferenceApi Api { get; }

    /// <summary>Its description in the form of OpenAPI.</summary>
    internal ApiDescription OpenApi { get; }

    internal InferenceMetrics Metrics { get; }

    /// <summary>The counts of its requests.</summary>
    internal RequestRecorder Recorder { get; }

    public void Dispose() => scope.Dispose();
}
