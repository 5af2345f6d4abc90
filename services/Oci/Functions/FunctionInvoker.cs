using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Reliability;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Identity;
using Oci.FunctionsService;
using Oci.FunctionsService.Requests;
using Oci.FunctionsService.Responses;

namespace ModelServing.Oci.Functions;

/// <summary>
/// Calls a function of OCI and waits for its answer. The call is not detached, so the caller learns whether the function succeeded.
/// After a transient failure the call is repeated once, within its time limit.
/// </summary>
public sealed class FunctionInvoker : IDisposable
{
    // The function's own status. The SDK has no property for it.
    private const string HttpStatus = "Fn-Http-Status";
    private const int MaxAnswerCharacters = 64 * 1024;

    private readonly SignedClient<FunctionsInvokeClient> client;
    private readonly ServiceCalls<FunctionsInvokeClient> calls;
    private readonly InvocationSettings settings;
    private readonly TimeProvider time;

    /// <summary>Opens the client. This sends nothing yet.</summary>
    /// <exception cref="ContractException">The identity is not available.</exception>
    public FunctionInvoker(InvocationSettings settings, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        this.time = time ?? TimeProvider.System;
        // Without an endpoint the client throws an ArgumentNullException at its first call.
        var identity = OciIdentityProvider.ForThisProcess.Open(settings.Oci);
        client = new SignedClient<FunctionsInvokeClient>(
            new FunctionsInvokeClient(identity.Provider, SdkClientConfiguration.Create(), settings.Endpoint), identity);
        calls = new ServiceCalls<FunctionsInvokeClient>(
            client,
            OciService.Functions,
            new CallLimits
            {
                Retries = 1,
                FirstDelay = TimeSpan.FromSeconds(1),
                LongestDelay = TimeSpan.FromSeconds(2),
                Attempt = settings.InvokeTimeout,
            },
            this.time);
    }

    /// <summary>Calls the function and returns the text of its answer.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="FunctionInvocationException">The call or the function failed.</exception>
    public async Task<string> InvokeAsync(string json, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(json);
        // The SDK hashes the body as text, so only UTF-8 keeps its bytes.
        var payload = System.Text.Encoding.UTF8.GetBytes(json);
        using var limit = new TimeLimit(settings.InvokeTimeout, time, cancellation);
        try
        {
            var answer = await calls.CallAsync(
                (client, once, token) => client.InvokeFunction(
                    new InvokeFunctionRequest
                    {
                        FunctionId = settings.FunctionId,
                        InvokeFunctionBody = new MemoryStream(payload, writable: false),
                        FnInvokeType = InvokeFunctionRequest.FnInvokeTypeEnum.Sync,
                    },
                    once,
                    token),
                limit.Token,
                payload.Length);
            return await ReadAsync(answer, limit.Token);
        }
        catch (ServiceFailure e)
        {
            throw new FunctionInvocationException(e.ToText("the call failed"), e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FunctionInvocationException(
                string.Create(CultureInfo.InvariantCulture, $"no answer within {settings.InvokeTimeout.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is not (FunctionInvocationException or OperationCanceledException))
        {
            throw new FunctionInvocationException($"the answer can't be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static async Task<string> ReadAsync(InvokeFunctionResponse answer, CancellationToken cancellation)
    {
        using var reader = new StreamReader(answer.InputStream);
        var buffer = new char[MaxAnswerCharacters];
        var text = new string(buffer, 0, await reader.ReadBlockAsync(buffer, cancellation));
        return answer.httpResponseMessage.Headers.TryGetValues(HttpStatus, out var values) && values.FirstOrDefault() is { } own
            && int.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status >= 400
            ? throw new FunctionInvocationException($"the function answered {status}: {text}")
            : text;
    }
}
