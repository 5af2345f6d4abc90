using System.Globalization;
using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Evidence;

/// <summary>Several clients that send small requests to one model at a steady rate, with many routing keys.</summary>
internal sealed class HonestClients : IAsyncDisposable
{
    private const int RoutingKeys = 1000;

    // A canary that fails some requests fails those with this number (SomeOnnx.ThirdOfSmall).
    private const string Huge = "1e300";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> sending;
    private readonly Uri address;
    private readonly string good;
    private int sent;
    private int failed;
    private int retried;
    private string? firstFault;

    /// <param name="platform">The platform.</param>
    /// <param name="model">The model.</param>
    /// <param name="credentials">The clients' credentials; an empty one is an anonymous caller.</param>
    /// <param name="perSecond">How many requests each client sends in a second.</param>
    /// <param name="hugeOneIn">One of this many requests is one that a bad canary fails.</param>
    internal HonestClients(
        HostilePlatform platform, HostileModel model, IReadOnlyList<string> credentials, int perSecond, int hugeOneIn)
    {
        address = new Uri(platform.Api, InferencePaths.Infer(ModelName.Parse(model.Name)));
        good = model.Good;
        sending = [.. credentials.Select((credential, i) => SendAsync(credential, perSecond, hugeOneIn, new Random(i)))];
    }

    internal int Sent => Volatile.Read(ref sent);

    internal int Failed => Volatile.Read(ref failed);

    /// <summary>Why the first one of them failed; null for none.</summary>
    internal string? FirstFault => Volatile.Read(ref firstFault);

    /// <summary>How many were answered by stable because the canary failed.</summary>
    internal int Retried => Volatile.Read(ref retried);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(sending);
        stopping.Dispose();
        http.Dispose();
    }

    private async Task SendAsync(string credential, int perSecond, int hugeOneIn, Random random)
    {
        await Task.Yield();
        var asking = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            asking.Add(AskAsync(credential, random.Next(RoutingKeys), random.Next(hugeOneIn) == 0));
            asking.RemoveAll(static task => task.IsCompleted);
            // Exponential, so that some come at once.
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond), stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(asking);
    }

    private async Task AskAsync(string credential, int key, bool isHuge)
    {
        Interlocked.Increment(ref sent);
        try
        {
            var body = isHuge ? good.Replace("\"data\":[1]", $"\"data\":[{Huge}]", StringComparison.Ordinal) : good;
            using var message = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            message.Headers.Add("X-Customer", key.ToString(CultureInfo.InvariantCulture));
            if (credential.Length > 0)
                message.Headers.Add(HeaderNames.ApiKey, credential.Split(": ")[1]);
            using var answer = await http.SendAsync(message);
            if (answer.StatusCode != HttpStatusCode.OK)
                Fail($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            if (answer.Headers.Contains(HeaderNames.ModelFailover))
                Interlocked.Increment(ref retried);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Fail(e.InnerException?.Message ?? e.Message);
        }
    }

    private void Fail(string why)
    {
        Interlocked.Increment(ref failed);
        Interlocked.CompareExchange(ref firstFault, why, null);
    }
}
