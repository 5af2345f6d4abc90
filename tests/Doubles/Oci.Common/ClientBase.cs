using System.Runtime.InteropServices;
using Oci.Common.Auth;
using Oci.Common.Http;
using Oci.Common.Http.Signing;
using Oci.Common.Model;
using Oci.Common.Retry;

namespace Oci.Common;

/// <summary>A client of one service over one HttpClient.</summary>
public abstract class ClientBase : IDisposable
{
    private readonly HttpClient client;
    private readonly RetryConfiguration retryConfiguration;
    private readonly string userAgent;
    private readonly string serviceName;

    private protected ClientBase(IBasicAuthenticationDetailsProvider authProvider, ClientConfiguration clientConfiguration, string serviceName)
    {
        this.serviceName = serviceName;
        clientConfiguration ??= new ClientConfiguration();
        client = new HttpClient(new SigningHandler(new RequestSigner(authProvider)))
        {
            Timeout = TimeSpan.FromMilliseconds(clientConfiguration.TimeoutMillis),
            MaxResponseContentBufferSize = clientConfiguration.ResponseContentBufferBytes,
        };
        userAgent = $"Oracle-DotNetSDK/134.1.0 ({Environment.OSVersion.Platform}/{Environment.OSVersion.Version}; {RuntimeInformation.FrameworkDescription}) {clientConfiguration.ClientUserAgent}";
        client.DefaultRequestHeaders.UserAgent.TryParseAdd(userAgent);
        retryConfiguration = clientConfiguration.RetryConfiguration;
    }

    /// <summary>What addresses are made of instead of the endpoint; null where there is no such template.</summary>
    internal string RealmTemplate { get; set; }

    /// <summary>Refused by HttpClient once a request was sent.</summary>
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

    /// <summary>Sends a request. Without a retry configuration <see cref="Call.Token"/> is not looked at; see the official package.</summary>
    internal async Task<TResponse> SendAsync<TRequest, TResponse>(Operation operation, TRequest request, string namespaceName, Call call)
        where TRequest : IOciRequest
        where TResponse : IOciResponse, new()
    {
        // Not disposed: the stream that was given stays the caller's.
        var message = RequestWriter.Write(new Uri(EndpointFor(namespaceName), operation.Path), operation.Method, request);
        message.Headers.Add("Accept", operation.Accept);
        if (operation.SendsObject)
        {
            message.Headers.Add("Expect", "100-continue");
            message.Options.Set(SigningStrategy.OfRequest, SigningStrategy.ExcludeBody);
        }

        var response = RetryingCall.Preferred(call.Retry, retryConfiguration) is { } retry
            ? await RetryingCall.SendAsync(retry, copy => client.SendAsync(copy, call.Option, call.Token), message).ConfigureAwait(false)
            : await client.SendAsync(message, call.Option).ConfigureAwait(false);
        ResponseReader.Check(message, response, new ApiDetails
        {
            ServiceName = serviceName,
            OperationName = operation.Name,
            RequestEndpoint = $"{message.Method.Method} {message.RequestUri}",
            UserAgent = userAgent,
        });
        return ResponseReader.Read<TResponse>(response);
    }

    private Uri EndpointFor(string namespaceName)
    {
        if (RealmTemplate?.Contains('{', StringComparison.Ordinal) is not true)
            return client.BaseAddress;
        return new Uri(RealmTemplate.Replace(RegionalClientBase.NamespaceInTemplate, namespaceName is null ? "" : namespaceName + ".", StringComparison.Ordinal));
    }

    /// <summary>An operation of the service.</summary>
    /// <param name="Name">Its name in errors.</param>
    /// <param name="Method">How it is asked for.</param>
    /// <param name="Path">With parameters in braces.</param>
    /// <param name="SendsObject">Its body is an object's bytes: it waits for the service's word before they go, and they are not signed.</param>
    /// <param name="Accept">The form of the answer that is asked for.</param>
    internal sealed record Operation(string Name, HttpMethod Method, string Path, bool SendsObject = false, string Accept = "application/json");

    /// <summary>How one call is to be made.</summary>
    internal sealed record Call(RetryConfiguration Retry, HttpCompletionOption Option, CancellationToken Token);
}
