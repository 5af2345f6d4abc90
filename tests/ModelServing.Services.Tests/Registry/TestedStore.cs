using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

/// <summary>An empty store of some kind for one test, and what the test does to its objects behind its back.</summary>
public abstract class TestedStore : IAsyncDisposable
{
    /// <summary>Opens it once more, as another program would.</summary>
    public abstract IObjectStore Open();

    /// <summary>The keys of all that is there.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>What unfinished puts have left.</summary>
    public abstract IReadOnlyList<string> LeftOvers { get; }

    /// <summary>Puts an object there, whatever was there before.</summary>
    public abstract void Set(string key, byte[] content);

    /// <summary>Takes an object away.</summary>
    public abstract void Remove(string key);

    /// <summary>An object's bytes.</summary>
    public abstract byte[] Get(string key);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
