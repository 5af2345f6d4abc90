using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ModelServing.TestKit.Emulation;

/// <summary>A service of OCI on a loopback port. It verifies every request's signature over the bytes that were really sent.</summary>
/// <remarks>
/// <code>
/// 1 record    the request, even if it is refused later
/// 2 verify    its signature (401 NotAuthenticated)
/// 3 fail      if a test planned it with <see cref="Faults"/>
/// 4 run       the operation, in memory
/// </code>
/// </remarks>
/// <typeparam name="TOperation">The service's operations.</typeparam>
/// <typeparam name="TRequest">The record of a request.</typeparam>
public abstract class ServiceEmulator<TOperation, TRequest> : IAsyncDisposable
    where TOperation : struct, Enum
    where TRequest : EmulatorRequest<TOperation>
{
    private const int MaxRecorded = 100_000;

    private readonly WebApplication app;
    private readonly SignatureCheck signature;
    private readonly TemporaryFolder? folder;
    private readonly ConcurrentQueue<TRequest> requests = new();
    private long lastRequest;

    /// <summary>Prepares the emulator; <see cref="ListenAsync"/> starts it.</summary>
    /// <param name="time">The clock against which requests' dates are checked.</param>
    /// <param name="maxRequestBytes">The upper bound of a request's body; null means Kestrel's.</param>
    /// <param name="kept">A folder for the identity, which a later emulator on the same folder has too; null for none.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    private protected ServiceEmulator(TimeProvider time, long? maxRequestBytes = null, string? kept = null, int port = 0)
    {
        folder = kept is null ? new TemporaryFolder() : null;
        Identity = EmulatorIdentity.WriteTo(kept ?? folder!.FullPath);
        signature = new SignatureCheck(Identity, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (maxRequestBytes is { } most)
                kestrel.Limits.MaxRequestBodySize = most;
            // A client on a busy machine may be slow.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>The endpoint for clients.</summary>
    public Uri Endpoint => new(app.Urls.First());

    /// <summary>The user that may call the service.</summary>
    public EmulatorIdentity Identity { get; }

    /// <summary>A pod that may call the service too; null for none.</summary>
    public OkePod? Pod
    {
        get => signature.Pod;
        set => signature.Pod = value;
    }

    /// <summary>The faults that a test plans.</summary>
    public FaultPlan<TOperation> Faults { get; } = new();

    /// <summary>The requests so far in order of arrival, including refused ones.</summary>
    public IReadOnlyList<TRequest> Requests => [.. requests];

    /// <summary>How many callers left before they got an answer.</summary>
    public int Abandoned => requests.Count(static request => request.IsAbandoned);

    /// <summary>How many requests for an operation have arrived so far.</summary>
    public int Count(TOperation operation) => requests.Count(request => request.Operation is { } known && known.Equals(operation));

    public async ValueTask DisposeAsync()
    {
        Faults.Release();
        await app.DisposeAsync();
        folder?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task ListenAsync() => app.StartAsync();

    /// <summary>Creates the record of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Its target as it was sent, with its escapes.</param>
    private protected abstract TRequest Record(HttpContext context, string target);

    private protected virtual bool HasSignedBody(string method, TRequest request) => method is "POST" or "PUT";

    /// <summary>Answers an authenticated request. Steps 3 and 4 are a call of <see cref="RunAsync"/>.</summary>
    /// <exception cref="EmulatorError">The service refuses the request.</exception>
    private protected abstract Task AnswerAsync(HttpContext context, TRequest request, byte[]? signedBody);

    /// <summary>Runs an operation, or the fault that is planned for it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="key">The object, table or function that it is for.</param>
    /// <param name="run">The operation itself.</param>
    private protected async Task RunAsync(HttpContext context, TOperation operation, string key, Func<Task<EmulatorAnswer>> run)
    {
        // 3
        var fault = Faults.Next(operation, key);
        if (fault is not null && await fault.BeforeAsync(context))
            return;

        // 4
        var answer = await run();
        await (fault is null ? answer.WriteAsync(context) : fault.AfterAsync(context, answer));
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        // 1
        var request = Record(context, target);
        requests.Enqueue(request);
        while (requests.Count > MaxRecorded)
            requests.TryDequeue(out _);
        context.Response.Headers["opc-request-id"] = request.RequestId = $"emulator-{Interlocked.Increment(ref lastRequest)}";
        if (context.Request.Headers["opc-client-request-id"] is { Count: 1 } clientRequest)
            context.Response.Headers["opc-client-request-id"] = clientRequest;
        // Before the caller can see the answer: a test may look as soon as its call has ended.
        context.Response.OnStarting(() =>
        {
            request.Status = context.Response.StatusCode;
            return Task.CompletedTask;
        });
        try
        {
            // 2
            var body = await signature.VerifyAsync(context, target, HasSignedBody(context.Request.Method, request));
            await AnswerAsync(context, request, body);
        }
        catch (EmulatorError e)
        {
            await e.WriteAsync(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            request.IsAbandoned = true;
        }
    }
}
