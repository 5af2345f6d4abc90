namespace ModelServing.TestKit;

/// <summary>A folder for one test. Disposing deletes it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => FullPath = Directory.CreateTempSubdirectory("modelserving-test-").FullName;

    public string FullPath { get; }

    public string Combine(params ReadOnlySpan<string> parts) => Path.Combine([FullPath, .. parts]);

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
