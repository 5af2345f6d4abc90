using System.Text.Json;
using ModelServing.Cli.Up;
using ModelServing.Cli.Up.Functions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up.Functions;

public sealed class ArtifactArrivalsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();
    private readonly FunctionCaller functions = new("the run's secret");
    private readonly StandInFunctions standIn = new();
    private readonly FolderObjectStore store;
    private readonly ArtifactArrivals arrivals;

    public ArtifactArrivalsTests()
    {
        store = new FolderObjectStore(folder.Combine("registry"));
        arrivals = new ArtifactArrivals(store, functions, terminal.Terminal, TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        await standIn.StartAsync();
        functions.SetAddress(new HostAddress(standIn.Address, 1));
    }

    public async ValueTask DisposeAsync()
    {
        await standIn.DisposeAsync();
        functions.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task ModelLoader_gets_one_event_for_an_unchecked_manifest()
    {
        await PutAsync(RegistryLayout.Manifest(ModelName.Parse("fraud"), new ModelVersion(1)));
        await PutAsync(RegistryLayout.Manifest(ModelName.Parse("fraud"), new ModelVersion(2)));
        await PutAsync(RegistryLayout.Verdict(ModelName.Parse("fraud"), new ModelVersion(2)));
        await PutAsync(RegistryLayout.Model(ModelName.Parse("fraud"), new ModelVersion(3)));

        Assert.Null(await arrivals.LookAsync(default));
        Assert.Null(await arrivals.LookAsync(default));

        var (path, payload) = Assert.Single(standIn.Calls);
        Assert.Equal(FunctionPaths.PathOf(FunctionName.ModelLoader), path);
        using var sent = JsonDocument.Parse(payload);
        Assert.Equal("com.oraclecloud.objectstorage.createobject", sent.RootElement.GetProperty("eventType").GetString());
        Assert.Equal("models/fraud/1/manifest.json", sent.RootElement.GetProperty("data").GetProperty("resourceName").GetString());
    }

    [Fact]
    public async Task An_event_on_which_the_function_failed_is_sent_again()
    {
        await PutAsync(RegistryLayout.Manifest(ModelName.Parse("fraud"), new ModelVersion(1)));
        standIn.Status = 503;

        Assert.StartsWith(
            "The function ModelLoader did not check fraud version 1",
            await arrivals.LookAsync(default),
            StringComparison.Ordinal);
        standIn.Status = 200;
        Assert.Null(await arrivals.LookAsync(default));

        Assert.Equal(2, standIn.Calls.Count);
    }

    [Fact]
    public async Task A_version_on_which_the_function_fails_does_not_keep_the_others_from_being_checked()
    {
        foreach (var version in (int[])[1, 2, 3])
            await PutAsync(RegistryLayout.Manifest(ModelName.Parse("fraud"), new ModelVersion(version)));
        standIn.Status = 500;
        await arrivals.LookAsync(default);
        Assert.Equal(3, standIn.Calls.Count);
    }

    private async Task PutAsync(ObjectKey key) => Assert.True(await store.PutIfAbsentAsync(key, new MemoryStream([1]), 1, default));
}
