using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry;

/// <summary>A folder that does not exist until the first object is stored.</summary>
public sealed class TestedFolder : TestedStore
{
    public TemporaryFolder Folder { get; } = new();

    public override IReadOnlyList<string> Keys => Directory.Exists(Root)
        ? [.. Directory.GetFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(static path => !path.StartsWith('.'))]
        : [];

    public override IReadOnlyList<string> LeftOvers =>
        Directory.Exists(Path.Combine(Root, ".incoming")) ? Directory.GetFiles(Path.Combine(Root, ".incoming")) : [];

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
