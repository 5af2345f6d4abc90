using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Inference;

namespace ModelServing.Services.Tests.Inference.Models;

/// <summary>The metrics of a service for one version, which nothing reads.</summary>
internal sealed class SomeInferenceMetrics : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    internal SomeInferenceMetrics() => Metrics = new InferenceMetrics(
        services.GetRequiredService<IMeterFactory>(),
        new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "file:x" });

    internal InferenceMetrics Metrics { get; }

    public void Dispose() => services.Dispose();
}
