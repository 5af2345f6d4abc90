using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.TestKit.Functions;

/// <summary>
/// The invoke endpoint of one function on a loopback port: verifies every call's signature, and has the function answer it. As the service does
/// it gives the caller 502 for a function that failed and 504 for one that was late, in its own form.
/// </summary>
public sealed class FunctionsEmulator : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SignatureCheck signature;
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<FunctionInvocation> invocations = new();
    private readonly string functionId;
    private readonly Func<FunctionInvocation, CancellationToken, Task<FnAnswer>> answer;

    private FunctionsEmulator(string functionId, Func<FunctionInvocation, CancellationToken, Task<FnAnswer>> answer)
    {
        this.functionId = functionId;
        this.answer = answer;
        Identity = EmulatorIdentity.WriteTo(folder.FullPath);
        signature = new SignatureCheck(Identity, TimeProvider.System);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>The function's invoke endpoint.</summary>
    public Uri Endpoint => new(app.Urls.First());

    /// <summary>Who may call it.</summary>
    public EmulatorIdentity Identity { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan<FunctionsOperation> Faults { get; } = new();

    /// <summary>The calls that reached the function, in the order in which they came.</summary>
    public IReadOnlyList<FunctionInvocation> Invocations => [.. invocations];

    /// <summary>Starts it, on a port of its own.</summary>
    public static async Task<FunctionsEmulator> StartAsync(string functionId, Func<FunctionInvocation, CancellationToken, Task<FnAnswer>> answer)
    {
        var emulator = new FunctionsEmulator(functionId, answer);
        await emulator.app.StartAsync();
        return emulator;
    }

    public async ValueTask DisposeAsync()
    {
        Faults.LetGo();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        context.Response.Headers["opc-request-id"] = "emulator";
        try
        {
            var body = await signature.VerifyAsync(context, raw, hasSignedBody: true);
            if (context.Request.Method != "POST" || body is null || raw.Split('?')[0] != $"/20181201/functions/{functionId}/actions/invoke")
                throw new StorageError(StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found");
            if (Faults.Take(FunctionsOperation.InvokeFunction, functionId) is { } fault && await fault.BeforeAsync(context))
                return;
            var invocation = new FunctionInvocation(functionId, context.Request.Headers["fn-invoke-type"], body);
            invocations.Enqueue(invocation);
            var given = await answer(invocation, context.RequestAborted);
            if (given.Status != StatusCodes.Status200OK)
                throw given.Status == StatusCodes.Status504GatewayTimeout
                    ? new StorageError(StatusCodes.Status504GatewayTimeout, "FunctionInvokeExecutionTimeout", "Timed out")
                    : new StorageError(StatusCodes.Status502BadGateway, "FunctionInvokeExecutionFailed", "function failed");
            await context.Response.Body.WriteAsync(given.Body, context.RequestAborted);
        }
        catch (StorageError e)
        {
            await e.WriteAsync(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller left.
        }
    }
}
