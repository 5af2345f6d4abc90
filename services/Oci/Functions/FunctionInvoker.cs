using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Reliability;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.FunctionsService;
using Oci.FunctionsService.Requests;
using Oci.FunctionsService.Responses;

namespace ModelServing.Oci.Functions;

/// <summary>
/// Calls a function of OCI and waits for its answer. Not detached: who calls is told whether the function did what it was called for.
/// A call that may succeed another time is made once more within its time.
/// </summary>
public sealed class FunctionInvoker : IDisposable
{
    // The function's own status, which the SDK has no property for.
    private const string HttpStatus = "Fn-Http-Status";
    private const int MaxAnswerCharacters = 64 * 1024;

    private readonly FunctionsInvokeClient client;
    private readonly ServiceCalls<FunctionsInvokeClient> calls;
    private readonly InvocationSettings settings;
    private readonly TimeProvider time;

    /// <summary>Opens one. Nothing is asked yet.</summary>
    /// <exception cref="ContractException">The identity can't be had.</exception>
    public FunctionInvoker(InvocationSettings settings, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        this.time = time ?? TimeProvider.System;
        // Without an endpoint the client throws a null reference's exception at its first call.
        client = new FunctionsInvokeClient(
            OciIdentityProvider.OfProcess.Open(settings.Oci),
            // An attempt's time is bounded where it is made.
            new ClientConfiguration { TimeoutMillis = Timeout.Infinite, ClientUserAgent = "ModelServing" },
            settings.Endpoint);
        calls = new ServiceCalls<FunctionsInvokeClient>(
            client,
            OciService.Functions,
            new CallLimits { Retries = 1, FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromSeconds(2), Attempt = settings.InvokeTimeout },
            this.time);
    }

    /// <summary>Calls the function; gives its answer's text.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="FunctionInvocationException">It was not called, or failed.</exception>
    public async Task<string> InvokeAsync(string json, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(json);
        // The SDK hashes the body as text: what is UTF-8 arrives as it is.
        var payload = System.Text.Encoding.UTF8.GetBytes(json);
        using var limit = new TimeLimit(settings.InvokeTimeout, time, cancellation);
        try
        {
            var answer = await calls.AskAsync(
                (client, once, token) => client.InvokeFunction(
                    new InvokeFunctionRequest { FunctionId = settings.FunctionId, InvokeFunctionBody = new MemoryStream(payload, writable: false), FnInvokeType = InvokeFunctionRequest.FnInvokeTypeEnum.Sync },
                    once,
                    token),
                limit.Token,
                payload.Length);
            return await ReadAsync(answer, limit.Token);
        }
        catch (ServiceFailure e)
        {
            throw new FunctionInvocationException(e.ToText("it could not be called, or failed"), e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FunctionInvocationException(string.Create(CultureInfo.InvariantCulture, $"it gave no answer within {settings.InvokeTimeout.TotalSeconds:0.#} s"));
        }
        catch (IOException e)
        {
            throw new FunctionInvocationException($"its answer broke off: {e.Message}", e);
        }
    }

    /// <summary>Closes its connections.</summary>
    public void Dispose() => client.Dispose();

    private static async Task<string> ReadAsync(InvokeFunctionResponse answer, CancellationToken cancellation)
    {
        using var reader = new StreamReader(answer.InputStream);
        var buffer = new char[MaxAnswerCharacters];
        var text = new string(buffer, 0, await reader.ReadBlockAsync(buffer, cancellation));
        return answer.httpResponseMessage.Headers.TryGetValues(HttpStatus, out var values) && values.FirstOrDefault() is { } own
            && int.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status >= 400
            ? throw new FunctionInvocationException($"it answered {status}: {text}")
            : text;
    }
}
