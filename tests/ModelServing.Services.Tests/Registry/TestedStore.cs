using ModelServing.Registry;
using ModelServing.TestKit;

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

/// <summary>A folder that does not exist before the first object.</summary>
public sealed class TestedFolder : TestedStore
{
    public TemporaryFolder Folder { get; } = new();

    public override IReadOnlyList<string> Keys => Directory.Exists(Root)
        ? [.. Directory.GetFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Where(static path => !path.StartsWith('.'))]
        : [];

    public override IReadOnlyList<string> LeftOvers => Directory.Exists(Path.Combine(Root, ".incoming")) ? Directory.GetFiles(Path.Combine(Root, ".incoming")) : [];

    private string Root => Folder.Combine("registry");

    public override IObjectStore Open() => RegistryLocation.Open("file:" + Root);

    public override void Set(string key, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, key))!);
        File.WriteAllBytes(Path.Combine(Root, key), content);
    }

    public override void Remove(string key) => File.Delete(Path.Combine(Root, key));

    public override byte[] Get(string key) => File.ReadAllBytes(Path.Combine(Root, key));

    public override ValueTask DisposeAsync()
    {
        Folder.Dispose();
        return base.DisposeAsync();
    }
}
