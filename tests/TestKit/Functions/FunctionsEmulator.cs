using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Functions;

/// <summary>
/// The invoke endpoint of one function on a loopback port. Like the service, it answers 502 for a function that failed and 504 for a
/// function that timed out, in its own form.
/// </summary>
public sealed class FunctionsEmulator : ServiceEmulator<FunctionsOperation, FunctionsRequest>
{
    private readonly ConcurrentQueue<FunctionInvocation> invocations = new();
    private readonly string functionId;
    private readonly Func<FunctionInvocation, CancellationToken, Task<FnAnswer>> run;

    private FunctionsEmulator(string functionId, Func<FunctionInvocation, CancellationToken, Task<FnAnswer>> run)
        : base(TimeProvider.System)
    {
        this.functionId = functionId;
        this.run = run;
    }

    /// <summary>The calls that reached the function, in order of arrival.</summary>
    public IReadOnlyList<FunctionInvocation> Invocations => [.. invocations];

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="functionId">The function's OCID.</param>
    /// <param name="run">The function.</param>
    public static async Task<FunctionsEmulator> StartAsync(
        string functionId, Func<FunctionInvocation, CancellationToken, Task<FnAnswer>> run)
    {
        var emulator = new FunctionsEmulator(functionId, run);
        await emulator.ListenAsync();
        return emulator;
    }

    private protected override FunctionsRequest Record(HttpContext context, string target)
    {
        var isInvoke = context.Request.Method == "POST" && target.Split('?')[0] == $"/20181201/functions/{functionId}/actions/invoke";
        return new(target, isInvoke ? FunctionsOperation.InvokeFunction : null);
    }

    private protected override Task AnswerAsync(HttpContext context, FunctionsRequest request, byte[]? signedBody)
    {
        if (request.Operation is not { } operation || signedBody is null)
            throw EmulatorError.NotFound();
        return RunAsync(context, operation, functionId, () => InvokeAsync(context, signedBody));
    }

    private async Task<EmulatorAnswer> InvokeAsync(HttpContext context, byte[] payload)
    {
        var invocation = new FunctionInvocation(functionId, context.Request.Headers["fn-invoke-type"], payload);
        invocations.Enqueue(invocation);
        var answer = await run(invocation, context.RequestAborted);
        return answer.Status switch
        {
            StatusCodes.Status200OK => new EmulatorAnswer(StatusCodes.Status200OK) { Body = answer.Body },
            StatusCodes.Status504GatewayTimeout =>
                throw new EmulatorError(StatusCodes.Status504GatewayTimeout, "FunctionInvokeExecutionTimeout", "Timed out"),
            _ => throw new EmulatorError(StatusCodes.Status502BadGateway, "FunctionInvokeExecutionFailed", "function failed"),
        };
    }
}
