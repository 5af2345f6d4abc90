using System.Net.Http.Headers;
using System.Text.Json;
using ModelServing.Contracts.Functions;

namespace ModelServing.Cli.Up.Functions;

/// <summary>Calls the functions' process by plain HTTP.</summary>
internal sealed class FunctionCaller : IDisposable
{
    private const int Shown = 400;

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = TimeSpan.FromMinutes(5) };
    private volatile HostAddress? address;

    /// <summary>Says where the process answers; null while it does not.</summary>
    internal void At(HostAddress? where) => address = where;

    public void Dispose() => http.Dispose();

    /// <summary>Calls a function; gives what it answered.</summary>
    internal async Task<FunctionResult> CallAsync(FunctionName function, byte[] payload, CancellationToken cancellation)
    {
        if (address is not { } where)
            return new FunctionResult(false, "the functions' process is not there");
        try
        {
            using var content = new ByteArrayContent(payload) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var answer = await http.PostAsync(new Uri(where.Url, FunctionPaths.PathOf(function)), content, cancellation);
            return new FunctionResult(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new FunctionResult(false, e.Message);
        }
    }

    /// <summary>What a function answered.</summary>
    /// <param name="Succeeded">Whether it says that it did what it is for.</param>
    /// <param name="Text">What it says.</param>
    internal sealed record FunctionResult(bool Succeeded, string Text)
    {
        /// <summary>The beginning of it, on one line.</summary>
        internal string Line
        {
            get
            {
                var line = string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                return line.Length <= Shown ? line : line[..Shown] + "...";
            }
        }

        /// <summary>It as JSON; null where it is none.</summary>
        internal JsonElement? Json
        {
            get
            {
                try
                {
                    return JsonSerializer.Deserialize<JsonElement>(Text);
                }
                catch (JsonException)
                {
                    return null;
                }
            }
        }
    }
}
