using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Registry;

namespace ModelServing.TestKit.Hostile;

/// <summary><c>ms up</c> with every model of <c>tests/Hostile</c>, each with a canary that is the same model as stable. It has clients,
/// tokens and anonymous callers, and its minutes are short, so both paths to a rollback are at work.</summary>
public sealed partial class HostilePlatform : IAsyncDisposable
{
    private const string KeyHeader = "X-Customer";
    private const int KeysOfEach = 16;

    private readonly TemporaryFolder folder = new();
    private readonly TokenIssuer issuer = new("a");
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly IReadOnlyList<HostileModel> models;
    private readonly string? guard;
    private readonly string[] clientKeys;
    private readonly Func<HostileModel, byte[]> canaryOf;
    private readonly Dictionary<string, string> values = [];
    private readonly ConcurrentDictionary<string, (string[] Canary, string[] Stable)> routingKeys = new();
    private readonly int port = FreePort.Find();
    private ProgramProcess ms = null!;
    private bool isDisposed;
    private IReadOnlyDictionary<int, string> children = new Dictionary<int, string>();

    private HostilePlatform(int clients, Func<HostileModel, byte[]>? canaryOf, string? only, string? guard)
    {
        models = only is null ? HostileModel.All : [HostileModel.Named(only)];
        this.guard = guard;
        clientKeys = [.. Enumerable.Range(0, clients).Select(static _ => ApiKey.Make())];
        this.canaryOf = canaryOf ?? (static model => model.Onnx);
    }

    /// <summary>The API.</summary>
    public Uri Api => new($"http://127.0.0.1:{port}");

    /// <summary>The API by gRPC.</summary>
    public Uri Grpc => new(children.Keys.Select(ProgramProcess.VariablesOf)
        .First(variables => variables.GetValueOrDefault(HostSettings.UrlsVariable) == Api.GetLeftPart(UriPartial.Authority))
        ["MODELSERVING_GRPC_URLS"]);

    /// <summary>The processes beside <c>ms</c> itself, by identifier.</summary>
    public IReadOnlyDictionary<int, string> Processes => children;

    private string State => folder.Combine(".modelserving", "dev");

    /// <summary>Publishes the models and starts the platform; it serves when the task completes.</summary>
    /// <param name="canaryPercent">The canaries' share.</param>
    /// <param name="deadline">The time of a request; a model may have more.</param>
    /// <param name="variables">Further variables of <c>ms</c> and all that it starts.</param>
    /// <param name="clients">The number of authenticated clients.</param>
    /// <param name="canaryOf">Makes a model's canary; null for the same model as stable.</param>
    /// <param name="only">The only model; null for all.</param>
    /// <param name="guard">Settings of the guard, as in a stack file; null for the defaults.</param>
    public static async Task<HostilePlatform> StartAsync(
        int canaryPercent,
        TimeSpan deadline,
        IReadOnlyDictionary<string, string>? variables = null,
        int clients = 3,
        Func<HostileModel, byte[]>? canaryOf = null,
        string? only = null,
        string? guard = null)
    {
        var platform = new HostilePlatform(clients, canaryOf, only, guard);
        try
        {
            await platform.PublishAsync();
            await File.WriteAllTextAsync(platform.folder.Combine("Pulumi.dev.yaml"), platform.Stack(canaryPercent, deadline));
            platform.ms = ProgramProcess.Start(
                Path.Combine("Cli", "release", "ms.dll"),
                ["up", "--minute", "2s"],
                platform.folder.FullPath,
                variables ?? new Dictionary<string, string>());
            await platform.ms.UntilAsync(
                () => platform.ms.Output.Contains("Ctrl-C stops everything", StringComparison.Ordinal), "the platform is ready");
            platform.children = platform.ms.Children();
            platform.AddValues();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>The targets of a request: each server that it names, and at the router with a routing key of each variant.</summary>
    public async Task<IReadOnlyList<HostileTarget>> TargetsAsync(HostileRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var targets = new List<HostileTarget>();
        foreach (var to in request.To)
        {
            if (to != "router" || request.Model.Length == 0 || request.Sent is not null)
            {
                targets.AddRange(AddressesOf(to, request.Model).Select(address => new HostileTarget(address, values, [])));
                continue;
            }

            var (canary, stable) = await KeysAsync(request.Model);
            targets.AddRange(((string[][])[canary, stable]).Select(keys =>
                new HostileTarget(Api, values, [$"{KeyHeader}: {keys[Random.Shared.Next(keys.Length)]}"])));
        }

        return targets;
    }

    /// <summary>The target of a request from one of several clients, with any routing key.</summary>
    public HostileTarget TargetOf(HostileRequest request, Random random)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(random);
        var to = request.To[random.Next(request.To.Count)];
        if (to != "router")
        {
            var addresses = AddressesOf(to, request.Model);
            return new HostileTarget(addresses[random.Next(addresses.Count)], values, []);
        }

        List<string> headers = [$"{KeyHeader}: {random.Next(1000)}"];
        // Some callers are anonymous, and a request may bring its own credential.
        var client = random.Next(clientKeys.Length + 1);
        if (client < clientKeys.Length && request.Kind != "credentials")
            headers.Add($"X-API-Key: {clientKeys[client]}");
        return new HostileTarget(Api, values, headers);
    }

    /// <summary>Sends a good request, and returns what is wrong with its answer.</summary>
    public async Task<string?> FaultOfGoodAsync(HostileModel model, string routingKey)
    {
        var (status, _, body) = await AskAsync(model, routingKey);
        return status == HttpStatusCode.OK ? null : $"a good request of {model.Name} is answered with {(int)status} {body}";
    }

    /// <summary>Sends a good request to each variant of each model, and returns what is wrong with the answers.</summary>
    public async Task<IReadOnlyList<string>> FaultsOfGoodAsync()
    {
        var faults = new List<string>();
        foreach (var model in models)
        {
            var (canary, stable) = await KeysAsync(model.Name);
            foreach (var key in (string[])[canary[0], stable[0]])
            {
                if (await FaultOfGoodAsync(model, key) is { } fault)
                    faults.Add(fault);
            }
        }

        return faults;
    }

    /// <summary>The header by which an authenticated client is known.</summary>
    /// <param name="client">Its number, from 0.</param>
    public string CredentialOf(int client) => $"{HeaderNames.ApiKey}: {clientKeys[client]}";

    /// <summary>The header that names the routing key.</summary>
    public static string RoutingKey(string key) => $"{KeyHeader}: {key}";

    /// <summary>Reads the status of all rollouts.</summary>
    public async Task<RolloutsStatus> StatusAsync()
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(AddressesOf("admin")[0], AdminPaths.Rollouts));
        message.Headers.Add(HeaderNames.ApiKey, (await File.ReadAllTextAsync(Path.Combine(State, "operator.key"))).Trim());
        using var answer = await http.SendAsync(message);
        answer.EnsureSuccessStatusCode();
        return RolloutsStatus.Parse(await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Reads the router's metrics.</summary>
    public Task<string> MetricsAsync() => http.GetStringAsync(new Uri(Api, "/metrics"));

    /// <summary>Reads what the platform counts as failures of versions.</summary>
    public async Task<FailureCounts> FailuresAsync()
    {
        var counts = new FailureCounts();
        counts.AddRouter(await MetricsAsync());
        foreach (var version in AddressesOf("version"))
            counts.AddVersion(await http.GetStringAsync(new Uri(version, "/metrics")));
        counts.AddGuard(await StatusAsync());
        return counts;
    }

    /// <summary>Returns what no input may cause: another process, a stack trace, a condemned version.</summary>
    /// <param name="alarmsMayFire">Whether an alarm may tell people of a version that fails, as stable does.</param>
    public IReadOnlyList<string> Faults(bool alarmsMayFire = false)
    {
        var faults = new List<string>();
        if (ms.HasExited)
            faults.Add("ms ended");
        var now = ms.Children();
        faults.AddRange(children.Where(child => !now.ContainsKey(child.Key)).Select(static child => $"{child.Value} ended"));
        faults.AddRange(Trouble().Matches(ms.Output).Select(static line => $"the log has: {line.Value.Trim()}"));
        if (!alarmsMayFire)
            faults.AddRange(Alarm().Matches(ms.Output).Select(static line => $"the log has: {line.Value.Trim()}"));
        return faults;
    }

    /// <summary>The output so far.</summary>
    public string Output => ms.Output;

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        if (ms is not null)
            await ms.DisposeAsync();
        await issuer.DisposeAsync();
        http.Dispose();
        folder.Dispose();
    }

    private async Task PublishAsync()
    {
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + Path.Combine(State, "registry")), TimeProvider.System);
        foreach (var model in models)
        {
            for (var version = 1; version <= 2; version++)
            {
                await registry.PublishAsync(
                    ModelName.Parse(model.Name),
                    new ModelVersion(version),
                    version == 1 ? model.Onnx : canaryOf(model),
                    TrainingInfo.None,
                    default);
            }
        }
    }

    private string Stack(int canaryPercent, TimeSpan deadline)
    {
        var text = new StringBuilder($$"""
            config:
              modelserving:local: { port: {{port}} }
              modelserving:anonymous: true
              modelserving:tokens:
                keysUri: '{{issuer.KeysUri}}'
                issuers: ['{{TokenIssuer.Issuer}}']
                audiences: [{{TokenIssuer.Audience}}]
              modelserving:clients:

            """);
        for (var i = 0; i < clientKeys.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"    client{i}: {{ keyHashes: [{ApiKey.HashOf(clientKeys[i])}] }}\n");
        text.Append("  modelserving:models:\n");
        foreach (var model in models)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                    {{model.Name}}:
                      stable: { version: 1 }
                      canary: { version: 2, percent: {{canaryPercent}} }
                      deadline: {{deadline.TotalMilliseconds * model.Times:0}}ms
                      routingKey: { header: {{KeyHeader}} }

                """);
            if (guard is not null)
                text.Append(CultureInfo.InvariantCulture, $"      guard: {{ {guard} }}\n");
        }

        return text.ToString();
    }

    private void AddValues()
    {
        values["shop"] = clientKeys[0];
        values["SHOP"] = clientKeys[0].ToUpperInvariant();
        var claims = $"{string.Concat(Enumerable.Repeat("{\"a\":", 200))}1{new string('}', 200)}";
        var good = TokenIssuer.Sign("a", "deep", TimeProvider.System.GetUtcNow()).Split('.');
        values["deep"] = $"{good[0]}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(claims))}.{good[2]}";
    }

    // Of versions, only the model's if a request names one.
    private List<Uri> AddressesOf(string server, string model = "") => server switch
    {
        "router" => [Api],
        "admin" => [new Uri(File.ReadAllText(Path.Combine(State, "admin.address")))],
        "version" => [.. EndpointsDocument.Parse(File.ReadAllBytes(Path.Combine(State, "endpoints.json"))).Endpoints
            .Where(endpoint => model.Length == 0 || endpoint.Model.Text == model)
            .Select(static endpoint => new Uri($"http://{endpoint.Address}"))],
        "monitoring" => [new Uri(children.Keys.Select(ProgramProcess.VariablesOf)
            .First(static variables => variables.ContainsKey("MODELSERVING_MONITORING"))["MODELSERVING_MONITORING"])],
        "functions" => [.. Directory.GetFiles(Path.Combine(State, "run"), "*.address")
            .Select(static file => new Uri(File.ReadAllText(file)))
            .Except([.. AddressesOf("router"), .. AddressesOf("version")])],
        _ => throw new InvalidDataException($"there is no server '{server}'"),
    };

    /// <summary>Routing keys of each variant of a model.</summary>
    public async Task<(string[] Canary, string[] Stable)> KeysAsync(string name)
    {
        if (routingKeys.TryGetValue(name, out var known))
            return known;
        var (canary, stable) = (new List<string>(), new List<string>());
        for (var key = 0; canary.Count < KeysOfEach || stable.Count < KeysOfEach; key++)
        {
            var text = key.ToString(CultureInfo.InvariantCulture);
            var (_, variant, _) = await AskAsync(HostileModel.Named(name), text);
            if (variant.Length > 0)
                (variant == VariantPlan.Canary ? canary : stable).Add(text);
        }

        return routingKeys[name] = ([.. canary], [.. stable]);
    }

    private async Task<(HttpStatusCode Status, string Variant, string Body)> AskAsync(HostileModel model, string routingKey)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Api, InferencePaths.Infer(ModelName.Parse(model.Name))))
        {
            Content = new StringContent(model.Good, Encoding.UTF8, "application/json"),
        };
        message.Headers.Add(KeyHeader, routingKey);
        using var answer = await http.SendAsync(message);
        var variant = answer.Headers.TryGetValues(HeaderNames.ModelVariant, out var names) ? names.First() : "";
        return (answer.StatusCode, variant, await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex(@"^.*(\| +at [A-Z][\w.<>`+]+\(|Unhandled exception|OutOfMemory| FTL | is condemned).*$", RegexOptions.Multiline)]
    private static partial Regex Trouble();

    // The minutes are so short that a busy machine misses some.
    [GeneratedRegex(@"^.*alarm (?!model-metrics-absent)[a-z-]+ fires.*$", RegexOptions.Multiline)]
    private static partial Regex Alarm();
}
