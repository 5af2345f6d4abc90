using Oci.Common;
using Oci.Common.Auth;
using Oci.Common.Retry;
using Oci.FunctionsService.Requests;
using Oci.FunctionsService.Responses;

namespace Oci.FunctionsService;

/// <summary>Calls functions. As in the official package, the client has no regional endpoint: each function has its own, and a call without
/// an endpoint throws an ArgumentNullException. No method is virtual, and a call without a retry configuration can't be
/// cancelled.</summary>
public class FunctionsInvokeClient : ClientBase
{
    private const string Version = "/20181201";

    public FunctionsInvokeClient(
        IBasicAuthenticationDetailsProvider authenticationDetailsProvider,
        ClientConfiguration clientConfiguration = null,
        string endpoint = null)
        : base(authenticationDetailsProvider, clientConfiguration, "FunctionsInvoke")
    {
        if (endpoint is not null)
            SetEndpoint(endpoint);
    }

    public async Task<InvokeFunctionResponse> InvokeFunction(
        InvokeFunctionRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        var operation = new Operation(
            nameof(InvokeFunction), HttpMethod.Post, Version + "/functions/{functionId}/actions/invoke", Accept: "*/*");
        return await SendAsync<InvokeFunctionRequest, InvokeFunctionResponse>(
            operation, request, null, new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }
}
