using System.Net;
using System.Runtime.InteropServices;
using Oci.Common.Auth;
using Oci.Common.Http;
using Oci.Common.Http.Signing;
using Oci.Common.Model;
using Oci.Common.Retry;

namespace Oci.Common;

/// <summary>A client of one service, with its own HttpClient.</summary>
public abstract class ClientBase : IDisposable
{
    private readonly HttpClient client;
    private readonly AbstractRequestingAuthenticationDetailsProvider requesting;
    private readonly RetryConfiguration retryConfiguration;
    private readonly string userAgent;
    private readonly string serviceName;

    private protected ClientBase(
        IBasicAuthenticationDetailsProvider authProvider, ClientConfiguration clientConfiguration, string serviceName)
    {
        this.serviceName = serviceName;
        requesting = authProvider as AbstractRequestingAuthenticationDetailsProvider;
        clientConfiguration ??= new ClientConfiguration();
        client = new HttpClient(new SigningHandler(new RequestSigner(authProvider)))
        {
            Timeout = TimeSpan.FromMilliseconds(clientConfiguration.TimeoutMillis),
            MaxResponseContentBufferSize = clientConfiguration.ResponseContentBufferBytes,
        };
        var system = $"{Environment.OSVersion.Platform}/{Environment.OSVersion.Version}; {RuntimeInformation.FrameworkDescription}";
        userAgent = $"Oracle-DotNetSDK/134.1.0 ({system}) {clientConfiguration.ClientUserAgent}";
        client.DefaultRequestHeaders.UserAgent.TryParseAdd(userAgent);
        retryConfiguration = clientConfiguration.RetryConfiguration;
    }

    /// <summary>The template that replaces the endpoint, or null.</summary>
    internal string RealmTemplate { get; set; }

    /// <summary>Sets the endpoint. HttpClient refuses this after the first request.</summary>
    public void SetEndpoint(string endpoint) => client.BaseAddress = new Uri(endpoint);

    public Uri GetEndpoint() => client.BaseAddress;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            client.Dispose();
    }

    /// <summary>Sends a request. Like the official package, it ignores <see cref="Call.Token"/> without a retry configuration.</summary>
    internal async Task<TResponse> SendAsync<TRequest, TResponse>(Operation operation, TRequest request, string namespaceName, Call call)
        where TRequest : IOciRequest
        where TResponse : IOciResponse, new()
    {
        // Not disposed, because the caller keeps its stream.
        var message = RequestWriter.Write(new Uri(EndpointFor(namespaceName), operation.Path), operation.Method, request);
        message.Headers.Add("Accept", operation.Accept);
        if (operation.SendsObject)
        {
            message.Headers.Add("Expect", "100-continue");
            message.Options.Set(SigningStrategy.OptionKey, SigningStrategy.ExcludeBody);
        }

        var response = RetryingCall.Preferred(call.Retry, retryConfiguration) is { } retry
            ? await RetryingCall.SendAsync(retry, copy => SendAsync(copy, call.Option, call.Token), message).ConfigureAwait(false)
            : await SendAsync(message, call.Option, CancellationToken.None).ConfigureAwait(false);
        ResponseReader.Check(message, response, new ApiDetails
        {
            ServiceName = serviceName,
            OperationName = operation.Name,
            RequestEndpoint = $"{message.Method.Method} {message.RequestUri}",
            UserAgent = userAgent,
        });
        return ResponseReader.Read<TResponse>(response);
    }

    // A platform's identity gets a new token after each answer 401, and the request is sent once more. Each send is a copy.
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, HttpCompletionOption option, CancellationToken token)
    {
        if (requesting is null)
            return await client.SendAsync(message, option, token).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var copy = await RetryingCall.CopyAsync(message).ConfigureAwait(false);
            var response = await client.SendAsync(copy, option, token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
                return response;
            requesting.Refresh();
            if (attempt == 2)
                return response;
        }
    }

    private Uri EndpointFor(string namespaceName)
    {
        if (RealmTemplate?.Contains('{', StringComparison.Ordinal) is not true)
            return client.BaseAddress;
        var prefix = namespaceName is null ? "" : namespaceName + ".";
        return new Uri(RealmTemplate.Replace(RegionalClientBase.NamespaceInTemplate, prefix, StringComparison.Ordinal));
    }

    /// <summary>An operation of the service.</summary>
    /// <param name="Name">The name in errors.</param>
    /// <param name="Method">The HTTP method.</param>
    /// <param name="Path">The path, with parameters in braces.</param>
    /// <param name="SendsObject">Whether the body is an object's bytes, which are not signed and are sent only after 100 Continue.</param>
    /// <param name="Accept">The Accept header.</param>
    internal sealed record Operation(
        string Name, HttpMethod Method, string Path, bool SendsObject = false, string Accept = "application/json");

    /// <summary>The options of one call.</summary>
    internal sealed record Call(RetryConfiguration Retry, HttpCompletionOption Option, CancellationToken Token);
}
