using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

/// <summary>An empty store for one test, with access to its objects that bypasses the store.</summary>
public abstract class TestedStore : IAsyncDisposable
{
    /// <summary>Opens the store again, as another program would.</summary>
    public abstract IObjectStore Open();

    /// <summary>The keys of all objects.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>Leftovers of unfinished puts.</summary>
    public abstract IReadOnlyList<string> LeftOvers { get; }

    /// <summary>Stores an object, replacing any other.</summary>
    public abstract void Set(string key, byte[] content);

    public abstract void Remove(string key);

    public abstract byte[] Get(string key);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
