using System.Net;
using Oci.Common.Http;
using Oci.Common.Model;

namespace Oci.Common.Retry;

/// <summary>
/// Repeats a request while its responses are retryable. The caller's token ends a send but not the sleep between two sends. The total time
/// ends a sleep but not a send. Each send uses a copy of the request, for which the whole body is read into memory.
/// </summary>
internal static class RetryingCall
{
    internal static RetryConfiguration Preferred(RetryConfiguration callConfiguration, RetryConfiguration clientConfiguration) =>
        callConfiguration ?? clientConfiguration ?? (RetryConfiguration.isDefaultRetryEnabled ? new RetryConfiguration() : null);

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
            // For a body that is not JSON this throws another exception than an OciException, which ends the call.
            ResponseReader.ThrowError(response, details: null);
            return false;
        }
        catch (OciException e)
        {
            var status = (int)response.StatusCode;
            return configuration.RetryableStatusCodeFamilies.Contains(status / 100)
                || configuration.RetryableErrors.Contains(new(status, ""))
                || configuration.RetryableErrors.Contains(new(status, e.ServiceCode));
        }
    }

    internal static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        if (request.Content is { } content)
        {
            // If the stream can't seek, HttpContent throws at the second copy.
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
