using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Publishing;

/// <summary>Loads a model once before it is published, and runs it with zeros. It runs in a host of its own, whose memory and processor
/// time are limited, from a registry in a temporary folder.</summary>
internal static class FirstRun
{
    // A host needs some hundred megabytes beside the model, of which the runtime makes several copies while it loads.
    private const long BytesOfHost = 3L * 1024 * 1024 * 1024;
    private const int CopiesOfModel = 6;
    private const int MostElements = 100_000;

    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan RunTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Loads and runs a model.</summary>
    /// <param name="name">The model.</param>
    /// <param name="number">The version that it is to be.</param>
    /// <param name="file">The ONNX file.</param>
    /// <param name="program">The inference host.</param>
    /// <param name="cancellation">Stops the host.</param>
    /// <exception cref="RegistryException">The file is refused before it is loaded.</exception>
    /// <exception cref="CommandException">The host can't load it.</exception>
    internal static async Task<FirstAnswer> RunAsync(
        ModelName name, ModelVersion number, FileInfo file, HostProgram program, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("modelserving-publish-");
        try
        {
            var location = HostSources.File(Path.Combine(folder.FullName, "registry"));
            var registry = new ModelRegistry(RegistryLocation.Open(location), TimeProvider.System);
            await using (var content = file.OpenRead())
                _ = await registry.PublishAsync(name, number, content, TrainingInfo.None, cancellation);
            var manifest = await registry.ReadManifestAsync(name, number, cancellation);
            return await ServeAsync(manifest, location, folder.FullName, Limited(program, file.Length), cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<FirstAnswer> ServeAsync(
        Manifest manifest, string registry, string folder, HostProgram program, CancellationToken cancellation)
    {
        Uri? address = null;
        var silent = new Terminal(json: false, TextWriter.Null, outputRedirected: true, TextWriter.Null, errorRedirected: true);
        var run = Directory.CreateDirectory(Path.Combine(folder, "run")).FullName;
        var host = new SupervisedHost(
            $"{manifest.Model} v{manifest.Version}",
            program,
            new InferenceSettings
            {
                Model = manifest.Model,
                Version = manifest.Version,
                Registry = registry,
                LoadTimeout = LoadTimeout,
                RequestTimeout = RunTimeout,
                Urls = "http://127.0.0.1:0",
            },
            new HostSupervision(run, new HostLog(silent), silent, TimeProvider.System),
            ready => address = ready?.Url ?? address);
        try
        {
            await host.Ready.WaitAsync(LoadTimeout + RunTimeout, TimeProvider.System, cancellation);
            return await AskAsync(manifest, address!, cancellation);
        }
        catch (Exception e) when (e is HostFailedException or TimeoutException)
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"{manifest.Model} version {manifest.Version} is not published, because it can't be served: {e.Message}",
                "With --untried it is published without this first run.");
        }
        finally
        {
            await host.StopAsync(Platform.StopTimeout, cancellation);
        }
    }

    private static async Task<FirstAnswer> AskAsync(Manifest manifest, Uri address, CancellationToken cancellation)
    {
        if (ExampleRequest.From(manifest.Inputs, MostElements) is not { } body)
            return new FirstAnswer(manifest, FirstAnswer.NoValues, "its inputs are too large to make up");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = RunTimeout + RunTimeout };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await http.PostAsync(
                new Uri(address, InferencePaths.Infer(manifest.Model, manifest.Version)), content, cancellation);
            using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return answer.StatusCode == HttpStatusCode.OK
                ? new FirstAnswer(manifest, FirstAnswer.ValuesOf(document.RootElement), null)
                : new FirstAnswer(manifest, FirstAnswer.NoValues, document.RootElement.GetProperty("detail").GetString());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException ||
            (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new FirstAnswer(manifest, FirstAnswer.NoValues, $"it did not answer: {e.Message}");
        }
    }

    // The system enforces the limits. RLIMIT_DATA counts what the process may write, RLIMIT_CPU its seconds.
    private static HostProgram Limited(HostProgram program, long modelBytes)
    {
        if (OperatingSystem.IsWindows())
            return program;
        var kilobytes = (BytesOfHost + (CopiesOfModel * modelBytes)) / 1024;
        return new HostProgram(
            "/bin/sh", ["-c", $"ulimit -d {kilobytes}; ulimit -t 300; exec \"$@\"", "sh", program.FileName, .. program.Arguments]);
    }
}
