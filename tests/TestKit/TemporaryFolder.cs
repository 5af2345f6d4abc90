namespace ModelServing.TestKit;

/// <summary>A folder for one test. Disposing deletes it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => FullPath = Directory.CreateTempSubdirectory("modelserving-test-").FullName;

    public string FullPath { get; }

    public string Combine(params ReadOnlySpan<string> parts) => Path.Combine([FullPath, .. parts]);

    /// <summary>Deletes the folder. A call that its caller has left, such as a write to a database, may still make a file
    /// meanwhile.</summary>
    public void Dispose()
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                Directory.Delete(FullPath, recursive: true);
                return;
            }
            catch (IOException) when (tried < 50)
            {
                Thread.Sleep(100);
            }
        }
    }
}
