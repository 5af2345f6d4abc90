using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.TestKit.Hostile;

/// <summary>A router as a process, with a version whose answers are hostile, and documents that anybody may have written.</summary>
public sealed partial class HostileRouter : IAsyncDisposable
{
    private const string CaseHeader = "X-Case";
    private const string GoodBody = "{\"good\":true}";

    private static readonly ModelName Model = ModelName.Parse("fraud");
    private static readonly ModelVersion Version = new(1);

    // Anything longer is a hang.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private readonly RawServer version;
    private readonly Dictionary<string, byte[]> documents;
    private ProgramProcess process = null!;
    private Uri address = null!;

    private HostileRouter(TimeSpan deadline)
    {
        version = new RawServer(ServeAsync);
        documents = new()
        {
            ["plan"] = new PlanDocument
            {
                Schema = PlanDocument.CurrentSchema,
                Rollouts = new()
                {
                    [Model] = new RolloutPlan
                    {
                        Revision = "r",
                        DeadlineMilliseconds = (int)deadline.TotalMilliseconds,
                        Variants = [new(VariantPlan.Stable, Version, PlanDocument.Buckets)],
                    },
                },
            }.ToUtf8(),
            ["endpoints"] = new EndpointsDocument
            {
                Schema = EndpointsDocument.CurrentSchema,
                Endpoints = [new(Model, Version, version.Address.ToString(), 1)],
            }.ToUtf8(),
            ["clients"] = new ClientsDocument { Schema = ClientsDocument.CurrentSchema, Anonymous = true, Clients = [] }.ToUtf8(),
        };
    }

    /// <summary>Starts the router; it serves when the task completes.</summary>
    /// <param name="deadline">The time of a request.</param>
    public static async Task<HostileRouter> StartAsync(TimeSpan deadline)
    {
        var router = new HostileRouter(deadline);
        try
        {
            await router.RunAsync();
            await router.UntilGoodAsync();
            return router;
        }
        catch
        {
            await router.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a request whose version answers in a hostile way, then a good one, and returns what is wrong.</summary>
    public async Task<string?> FaultOfAsync(HostileUpstream upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        try
        {
            var answer = await AskAsync($"{CaseHeader}: {upstream.Name}\r\n");
            return upstream.FaultIn(answer) ?? (await FaultOfGoodAsync() is { } fault ? $"{upstream.Name}: then {fault}" : null);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or InvalidDataException or FormatException)
        {
            return $"{upstream.Name}: the caller's answer is not valid: {e.Message}";
        }
    }

    /// <summary>Replaces a document, as an editor does.</summary>
    public void Write(HostileDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Write(document.Document, document.Utf8);
    }

    /// <summary>Puts the right documents back, and waits until the router serves by them.</summary>
    public async Task RestoreAsync()
    {
        foreach (var (name, utf8) in documents)
            Write(name, utf8);
        await UntilGoodAsync();
    }

    /// <summary>How many documents it has refused.</summary>
    public async Task<long> RefusedDocumentsAsync() => RefusedDocuments()
        .Matches(await http.GetStringAsync(new Uri(address, "/metrics")))
        .Sum(static count => long.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>Returns what no input may cause.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync()
    {
        if (process.HasExited)
            return [$"the router ended:\n{process.Output}"];
        var faults = Trouble().Matches(process.Output).Select(static line => $"the log has: {line.Value.Trim()}").ToList();
        using var live = await http.GetAsync(new Uri(address, "/health/live"));
        if (live.StatusCode != HttpStatusCode.OK)
            faults.Add($"the router is not live: {await live.Content.ReadAsStringAsync()}");
        return faults;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        await version.DisposeAsync();
        http.Dispose();
        folder.Dispose();
    }

    private async Task RunAsync()
    {
        foreach (var (name, utf8) in documents)
            Write(name, utf8);
        var addressFile = folder.Combine("address");
        process = ProgramProcess.Start(
            Path.Combine("Router", "release", "ModelServing.Router.dll"),
            [],
            folder.FullPath,
            new RouterSettings
            {
                Urls = "http://127.0.0.1:0",
                AddressFile = addressFile,
                LogFormat = LogFormat.Text,
                StopWithParent = true,
                Plan = $"file:{PathOf("plan")}",
                Endpoints = $"file:{PathOf("endpoints")}",
                Clients = $"file:{PathOf("clients")}",
            }.ToEnvironment().ToDictionary(static setting => setting.Key, static setting => setting.Value));
        await process.UntilAsync(() => File.Exists(addressFile) && File.ReadAllText(addressFile).Length > 0, "the router listens");
        address = new Uri(await File.ReadAllTextAsync(addressFile));
    }

    private async Task UntilGoodAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (await FaultOfGoodAsync() is { } fault)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"{fault}\n{process.Output}");
            await Task.Delay(20);
        }
    }

    private async Task<string?> FaultOfGoodAsync()
    {
        var answer = await AskAsync("");
        return answer.Status == 200 && answer.Text == GoodBody ? null : $"a good request is answered with {answer.Status} {answer.Text}";
    }

    private async Task<RawMessage> AskAsync(string headers)
    {
        using var connection = await RawConnection.ConnectAsync(IPEndPoint.Parse(address.Authority));
        await connection.SendAsync(
            $"POST {InferencePaths.Infer(Model)} HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}Content-Length: 2\r\n\r\n{{}}");
        return await connection.ReadMessageAsync() ?? throw new EndOfStreamException("there was no answer");
    }

    private static async Task ServeAsync(RawConnection connection)
    {
        while (await connection.ReadMessageAsync() is { } request)
        {
            if (request[CaseHeader] is not { } name)
                await connection.SendAsync(RawServer.Ok(GoodBody));
            else if (!await HostileUpstream.All.Single(upstream => upstream.Name == name).AnswerAsync(connection))
                return;
        }
    }

    private string PathOf(string document) => folder.Combine(document + ".json");

    private void Write(string document, byte[] utf8)
    {
        var path = PathOf(document);
        File.WriteAllBytes(path + "~", utf8);
        File.Move(path + "~", path, overwrite: true);
    }

    [GeneratedRegex(@"^modelserving_router_refused_documents_total\{[^}]*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex RefusedDocuments();

    [GeneratedRegex(@"^( +at [A-Z][\w.<>`+]+\(|.*(Unhandled exception|OutOfMemory| FTL )).*$", RegexOptions.Multiline)]
    private static partial Regex Trouble();
}
