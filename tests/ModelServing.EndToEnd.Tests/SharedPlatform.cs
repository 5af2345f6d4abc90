namespace ModelServing.EndToEnd.Tests;

/// <summary>A running platform with the sample, for tests that change nothing in it.</summary>
public sealed class SharedPlatform : IAsyncLifetime
{
    private MsProcess? ms;

    internal StackFolder Folder { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Folder.PublishAsync();
        ms = await Folder.UpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (ms is not null)
            await ms.DisposeAsync();
        Folder.Dispose();
    }
}
