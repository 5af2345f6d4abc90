using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;

namespace ModelServing.Rpc;

/// <summary>The gRPC port of a host. Only this port speaks HTTP/2. Calls with tensors go to <see cref="InferCalls"/>, all others to the
/// library's services.</summary>
internal sealed class GrpcFront(
    HostSettings settings,
    IServiceProvider services,
    OwnPipeline own,
    InferCalls infer,
    ByteBudget budget,
    TimeProvider time,
    CallRefused? refused = null) : IHostFront
{
    /// <summary>What a call takes from the budget before it is read: room for its metadata, a short message and a short answer. Unlike a
    /// connection of HTTP/1.1, which has one request at a time, its connection does not stand for them.</summary>
    internal const int BytesOfCall = 32 * 1024;

    private const string InferPath = "/inference.GRPCInferenceService/ModelInfer";

    // Long enough for a tool that lists services, and short enough that no call holds its connection open.
    private static readonly TimeSpan OtherTime = TimeSpan.FromSeconds(30);

    private static readonly Problem NotGrpc = new(StatusCodes.Status415UnsupportedMediaType, "not-grpc", "Not a gRPC call");

    public RequestDelegate Before(RequestDelegate next)
    {
        own.Set(next);
        var others = MapOthers();
        return context => HttpProtocol.IsHttp2(context.Request.Protocol) ? AnswerAsync(context, others) : next(context);
    }

    private RequestDelegate MapOthers()
    {
        // Routes of its own, which the host's other ports do not have.
        var app = new ApplicationBuilder(services);
        if (settings.LoopbackHostsOnly)
            LoopbackHosts.Require(app);
        app.UseRouting();
        app.UseEndpoints(static endpoints =>
        {
            endpoints.MapGrpcService<InferenceService>();
            endpoints.MapGrpcService<HealthService>();
            endpoints.MapGrpcReflectionService();
        });
        return app.Build();
    }

    private Task AnswerAsync(HttpContext call, RequestDelegate others)
    {
        if (!HttpMethods.IsPost(call.Request.Method)
            || call.Request.ContentType?.StartsWith(CallStatus.ContentType, StringComparison.OrdinalIgnoreCase) != true)
        {
            refused?.Invoke(NotGrpc);
            OwnAnswers.Identify(call, time);
            return NotGrpc.WriteAsync(call, $"This port accepts only gRPC: POST with the content type {CallStatus.ContentType}");
        }

        var bytes = new ByteReservation(budget);
        call.Response.RegisterForDispose(bytes);
        if (!bytes.TryTake(BytesOfCall))
        {
            budget.CountRefusal();
            OwnAnswers.Identify(call, time);
            CallStatus.Write(
                call.Response, StatusCode.Unavailable, "Too many calls are in flight; retry later", ByteBudget.Exceeded.Reason);
            return Task.CompletedTask;
        }

        // A slow message is the business of its call's deadline. The server would end the connection, with all of its calls.
        if (call.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (call.Request.Path.Value != InferPath)
            return AnswerOtherAsync(call, others);
        // The message's own length is limited.
        if (call.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        return infer.AnswerAsync(call);
    }

    private async Task AnswerOtherAsync(HttpContext call, RequestDelegate others)
    {
        await using var limit = time.CreateTimer(
            static call => ((HttpContext)call!).Abort(), call, OtherTime, Timeout.InfiniteTimeSpan);
        await others(call);
    }
}
