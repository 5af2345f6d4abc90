using System.Runtime.CompilerServices;
using Oci.Common;
using Oci.Common.Auth;
using Oci.Common.Retry;
using Oci.NosqlService.Requests;
using Oci.NosqlService.Responses;

namespace Oci.NosqlService;

/// <summary>NoSQL. As in the official package, no method is virtual, and a call without a retry configuration can't be cancelled.</summary>
public class NosqlClient : RegionalClientBase
{
    private const string Version = "/20190828";

    private static readonly Addresses Known = new("https://nosql.{region}.oci.{secondLevelDomain}");

    public NosqlClient(
        IBasicAuthenticationDetailsProvider authenticationDetailsProvider,
        ClientConfiguration clientConfiguration = null,
        string endpoint = null)
        : base(authenticationDetailsProvider, clientConfiguration, "Nosql", Known)
    {
        if (authenticationDetailsProvider is IRegionProvider regional)
            SetRegion(regional.Region);
        if (endpoint is not null)
            SetEndpoint(endpoint);
    }

    public async Task<GetRowResponse> GetRow(
        GetRowRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<GetRowRequest, GetRowResponse>(
            HttpMethod.Get, "/tables/{tableNameOrId}/rows", request,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<QueryResponse> Query(
        QueryRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<QueryRequest, QueryResponse>(
            HttpMethod.Post, "/query", request, new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<UpdateRowResponse> UpdateRow(
        UpdateRowRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<UpdateRowRequest, UpdateRowResponse>(
            HttpMethod.Put, "/tables/{tableNameOrId}/rows", request,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    private Task<TResponse> Send<TRequest, TResponse>(
        HttpMethod method, string path, TRequest request, Call call, [CallerMemberName] string name = null)
        where TRequest : IOciRequest
        where TResponse : IOciResponse, new() =>
        SendAsync<TRequest, TResponse>(new Operation(name, method, Version + path), request, null, call);
}
