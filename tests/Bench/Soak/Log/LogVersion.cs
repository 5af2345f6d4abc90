using System.Diagnostics;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Registry;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Bench.Soak.Log;

/// <summary>The inference process of the soak, which ships its own records.</summary>
internal sealed class LogVersion(TemporaryFolder folder, LogStore store) : IAsyncDisposable
{
    private static readonly ModelVersion Version = new(1);

    private readonly int port = FreePort.Find();
    private ServerProcess? process;

    internal Uri Infer => new($"http://127.0.0.1:{port}{InferencePaths.Model(RouterBench.Model, Version)}/infer");

    internal Uri Metrics => new($"http://127.0.0.1:{port}{InferencePaths.Metrics}");

    /// <summary>The folder of the spools.</summary>
    internal string Spool => folder.Combine("spool");

    /// <summary>The memory of the process in bytes.</summary>
    internal long Memory
    {
        get
        {
            using var one = Process.GetProcessById(process!.Id);
            return one.WorkingSet64;
        }
    }

    internal async Task PublishAsync(CancellationToken cancellation) => await new ModelRegistry(
        RegistryLocation.Open("file:" + folder.Combine("registry")), TimeProvider.System).PublishAsync(
        RouterBench.Model, Version, SomeOnnx.Identity(Datatype.Fp32, -1, 1), TrainingInfo.None, cancellation);

    internal async Task StartAsync(CancellationToken cancellation)
    {
        var settings = new InferenceSettings
        {
            Model = RouterBench.Model,
            Version = Version,
            Registry = "file:" + folder.Combine("registry"),
            LogFormat = LogFormat.Text,
            Urls = $"http://127.0.0.1:{port}",
            StopWithParent = true,
            Oci = new OciSettings
            {
                Identity = OciIdentity.ConfigFile,
                ConfigFile = store.ConfigFile,
                Region = EmulatorIdentity.Region,
                NosqlEndpoint = store.Endpoint,
            },
            Predictions = new PredictionLogSettings
            {
                Store = HostSources.Nosql(NosqlEmulator.Compartment, LogStore.Table),
                Spool = Spool,
                RefuseWhenFull = true,
            },
        };
        var start = new ProcessStartInfo(Repository.Combine("artifacts/bin/Inference/release/ModelServing.Inference"));
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        process = await ServerProcess.StartAsync("the version", start, port, static one => Task.Run(one.Kill), cancellation);
        await Proxies.ReadyAsync(port, cancellation);
    }

    /// <summary>Ends the process with SIGKILL.</summary>
    internal async Task KillAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}
