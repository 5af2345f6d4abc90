using System.Net;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Bench.Routing;

/// <summary>YARP's direct forwarding, without its routes, clusters and load balancing.</summary>
internal sealed class YarpForwarding(IHttpForwarder forwarder, HttpMessageInvoker http, SplitVariants variants)
{
    private static readonly ForwarderRequestConfig Http11 = new()
    {
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = SplitVariants.Timeout,
    };

    internal async Task ForwardAsync(HttpContext context)
    {
        var variant = variants.Assign(context, out var requestId);
        await forwarder.SendAsync(context, variant.Origin, http, Http11, new AssignedRequest(SplitVariants.Headers(variant, requestId)));
    }

    private sealed class AssignedRequest((string Name, string Value)[] headers) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = null;
            foreach (var (name, value) in headers)
                proxyRequest.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
