using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Functions;

/// <summary>Calls by plain HTTP.</summary>
internal sealed class PlainCaller(FunctionName function) : FunctionCaller
{
    internal const string Secret = "the run's secret";

    private HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private Uri? address;

    /// <summary>The address for a <see cref="ModelServing.TestKit.RawConnection"/>.</summary>
    internal IPEndPoint EndPoint => IPEndPoint.Parse(address!.Authority);

    internal override FunctionsHostSettings Listening(FunctionsHostSettings settings) => settings with
    {
        Urls = "http://127.0.0.1:0",
        RunSecret = Secret,
    };

    internal override Task ReadyAsync(WebApplication app)
    {
        address = new Uri(app.Urls.First() + FunctionPaths.PathOf(function));
        return Task.CompletedTask;
    }

    internal override async Task<CallAnswer> CallAsync(
        ReadOnlyMemory<byte> body, string contentType, IReadOnlyDictionary<string, string>? headers, TimeSpan? timeout, string? id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (headers?.ContainsKey(HeaderNames.RunSecret) is not true)
            request.Headers.Add(HeaderNames.RunSecret, Secret);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            request.Headers.TryAddWithoutValidation(name, value);
        if (timeout is { } waits)
            request.Headers.Add(HeaderNames.RequestTimeout, ((long)waits.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        if (id is not null)
            request.Headers.Add(HeaderNames.RequestId, id);
        using var answer = await client.SendAsync(request, Token);
        return new CallAnswer(
            (int)answer.StatusCode,
            await answer.Content.ReadAsByteArrayAsync(Token),
            answer.Headers.Concat(answer.Content.Headers)
                .ToDictionary(
                    static header => header.Key,
                    static header => string.Join(", ", header.Value),
                    StringComparer.OrdinalIgnoreCase));
    }

    internal override void DropIdle()
    {
        client.Dispose();
        client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
    }

    public override ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
