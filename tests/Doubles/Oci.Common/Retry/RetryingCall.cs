using System.Net;
using Oci.Common.Http;
using Oci.Common.Model;

namespace Oci.Common.Retry;

/// <summary>
/// Sends a request again while its answers are retryable. The caller's token ends a send and not the sleep between two of them; the total
/// time ends a sleep and not a send. Each send is of a copy, for which the whole body is read into memory.
/// </summary>
internal static class RetryingCall
{
    internal static RetryConfiguration Preferred(RetryConfiguration ofCall, RetryConfiguration ofClient) =>
        ofCall ?? ofClient ?? (RetryConfiguration.isDefaultRetryEnabled ? new RetryConfiguration() : null);

    internal static async Task<HttpResponseMessage> SendAsync(
        RetryConfiguration configuration, Func<HttpRequestMessage, Task<HttpResponseMessage>> send, HttpRequestMessage request)
    {
        using var total = new CancellationTokenSource(TimeSpan.FromSeconds(configuration.TotalElapsedTimeInSecs));
        for (var retry = 1; ; retry++)
        {
            var response = await send(await CopyAsync(request).ConfigureAwait(false)).ConfigureAwait(false);
            if (!IsRetryable(configuration, response) || retry > configuration.MaxAttempts)
                return response;
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(configuration.GetNextDelayInSeconds(retry)), total.Token).ConfigureAwait(false);
                total.Token.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException e)
            {
                throw new OciException(
                    HttpStatusCode.RequestTimeout,
                    "Request has been timed out. Please increase the total elapsed time for this request and retry",
                    "Unknown",
                    e);
            }
        }
    }

    private static bool IsRetryable(RetryConfiguration configuration, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return false;
        try
        {
            // Throws something else than an OciException for a body that is no JSON, and the call ends with that.
            ResponseReader.ThrowError(response, details: null);
            return false;
        }
        catch (OciException e)
        {
            var status = (int)response.StatusCode;
            return configuration.RetryableStatusCodeFamilies.Contains(status / 100) || configuration.RetryableErrors.Contains(new(status, ""))
                || configuration.RetryableErrors.Contains(new(status, e.ServiceCode));
        }
    }

    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        if (request.Content is { } content)
        {
            // A stream that can't be rewound has nothing more to give to the second copy, and HttpContent says so.
            var body = new MemoryStream();
            await content.CopyToAsync(body).ConfigureAwait(false);
            body.Position = 0;
            copy.Content = new StreamContent(body);
            foreach (var header in content.Headers)
                copy.Content.Headers.Add(header.Key, header.Value);
        }

        foreach (var header in request.Headers)
            copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        foreach (var option in request.Options)
            ((IDictionary<string, object>)copy.Options).Add(option);
        return copy;
    }
}
