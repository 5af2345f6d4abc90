using System.Net;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Bench.Routing;

/// <summary>YARP's direct forwarding, without its routes, clusters and load balancing.</summary>
internal sealed class YarpForwarding(IHttpForwarder forwarder, HttpMessageInvoker http, LibraryVariants variants)
{
    private static readonly ForwarderRequestConfig Http11 = new()
    {
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    internal async Task ForwardAsync(HttpContext context)
    {
        var variant = variants.Assign(context, out _);
        await forwarder.SendAsync(context, variant.Origin, http, Http11, IdentifiedRequest.Instance);
    }

    private sealed class IdentifiedRequest : HttpTransformer
    {
        internal static readonly IdentifiedRequest Instance = new();

        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = null;
            var requestId = httpContext.Response.Headers[HeaderNames.RequestId].ToString();
            proxyRequest.Headers.TryAddWithoutValidation(HeaderNames.RequestId, requestId);
        }
    }
}
