using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Kubernetes;

/// <summary>A Kubernetes API server with TLS that answers only reviews of the caller's own access.</summary>
public sealed class AccessReviewApi : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ClusterAuthority authority = new();
    private readonly X509Certificate2 certificate;
    private readonly ConcurrentQueue<JsonObject> reviews = new();

    private AccessReviewApi()
    {
        certificate = authority.CertificateOf(IPAddress.Loopback);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>The accepted token. Any other is answered with 401.</summary>
    public string Token { get; set; } = "the-token";

    /// <summary>The resources that the caller may not create.</summary>
    public ISet<string> Denied { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The specifications of the reviews so far.</summary>
    public IReadOnlyList<JsonObject> Reviews => [.. reviews];

    /// <summary>A kubeconfig for this server, in the form of Kubernetes Engine. Its authority can be another one.</summary>
    public string Kubeconfig(string? pem = null) => $"""
        ---
        apiVersion: v1
        kind: ""
        clusters:
        - name: cluster-example
          cluster:
            server: {app.Urls.First()}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(pem ?? authority.Pem))}
        users:
        - name: user-example
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1beta1
              command: oci

        """;

    public static async Task<AccessReviewApi> StartAsync()
    {
        var api = new AccessReviewApi();
        await api.app.StartAsync();
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
        authority.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (context.Request.Path != "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" || context.Request.Method != "POST")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var review = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var attributes = review["spec"]!["resourceAttributes"]!.AsObject();
        reviews.Enqueue(attributes.DeepClone().AsObject());
        review["status"] = new JsonObject { ["allowed"] = !Denied.Contains(attributes["resource"]!.GetValue<string>()) };
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(review.ToJsonString());
    }
}
