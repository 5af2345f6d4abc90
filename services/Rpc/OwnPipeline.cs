using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;

namespace ModelServing.Rpc;

/// <summary>The host's own paths, which answer the requests that calls become.</summary>
internal sealed class OwnPipeline(IServiceScopeFactory scopes)
{
    private RequestDelegate answer = static _ => throw new InvalidOperationException("the host is not built");

    internal void Set(RequestDelegate own) => answer = own;

    /// <summary>Answers a request.</summary>
    /// <param name="call">The call that it comes from.</param>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">The path that a client of HTTP would name.</param>
    /// <param name="headers">What the host may read of the call's metadata.</param>
    /// <param name="body">The message; null for none.</param>
    /// <param name="to">Takes the answer.</param>
    internal async Task AnswerAsync(
        HttpContext call, string method, string path, IHeaderDictionary headers, PipeReader? body, OwnAnswer to)
    {
        using var connection = new CallConnection(call);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = call.Request.Protocol,
            Scheme = call.Request.Scheme,
            Method = method,
            Path = path,
            RawTarget = path,
            Headers = headers,
            Body = body?.AsStream(leaveOpen: true) ?? Stream.Null,
        });
        if (body is not null)
            features.Set<IRequestBodyPipeFeature>(new MessagePipe(body));
        features.Set<IHttpResponseFeature>(to);
        features.Set<IHttpResponseBodyFeature>(to);
        features.Set<IConnectionLifetimeFeature>(connection);
        // Only what is of the call, and nothing that is of its connection.
        Pass<IHttpRequestLifetimeFeature>();
        Pass<IHttpConnectionFeature>();
        Pass<IHttpRequestIdentifierFeature>();
        Pass<ByteBudget>();
        Pass<RefusedRequests>();
        await answer(new DefaultHttpContext(features) { ServiceScopeFactory = scopes });

        void Pass<T>()
        {
            if (call.Features.Get<T>() is { } feature)
                features.Set(feature);
        }
    }

    private sealed class MessagePipe(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
