using ModelServing.Predictions;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>A prediction store for one test, which several programs open.</summary>
internal abstract class TestedPredictionStore : IAsyncDisposable
{
    /// <summary>Opens the store once more, as another program would.</summary>
    internal abstract IPredictionStore Open();

    public abstract ValueTask DisposeAsync();
}
