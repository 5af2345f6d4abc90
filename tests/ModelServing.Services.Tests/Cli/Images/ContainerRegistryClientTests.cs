using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Cli;
using ModelServing.Cli.Images;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>A registry whose tokens come from another server, as OCI's do. The tests of pushing use Debian's registry, which has
/// passwords.</summary>
public sealed class ContainerRegistryClientTests : IAsyncLifetime
{
    private const string Manifest = "{ }";

    // The digest of the manifest.
    private const string Digest = "sha256:257c1be96ae69f4b01c2c69bdb6d78605f59175819fb007d0bf245bf48444c4a";

    private static readonly ContainerRegistryLogin Login = new("space/user", "secret", "a test");

    private readonly List<string> requested = [];
    private readonly List<string> put = [];
    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_token_is_fetched_for_each_repository_and_the_digest_is_that_of_the_bytes()
    {
        using var registry = Registry(Login);
        await registry.CheckAsync(Cancellation);
        Assert.Equal(Digest, await registry.FindAsync("space/a", "1", Cancellation));
        Assert.Equal(Digest, await registry.FindAsync("space/b", "1", Cancellation));
        Assert.Null(await registry.FindAsync("space/b", "missing", Cancellation));
        Assert.Equal(
            ["?service=it", "?service=it&scope=repository%3Aspace%2Fa%3Apull", "?service=it&scope=repository%3Aspace%2Fb%3Apull"],
            requested);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged()
    {
        using var registry = Registry(Login with { IsIdentityToken = true });
        Assert.Equal(Digest, await registry.FindAsync("space/a", "1", Cancellation));
        Assert.Equal(
            ["service=it&scope=repository%3Aspace%2Fa%3Apull&grant_type=refresh_token&client_id=ms&refresh_token=secret"],
            requested);
    }

    [Fact]
    public async Task A_refused_login_is_named_without_its_secret()
    {
        using var registry = Registry(Login with { Secret = "wrong" });
        var e = await Assert.ThrowsAsync<CommandException>(() => registry.CheckAsync(Cancellation));
        Assert.Equal([$"the registry {Host} refuses the login of space/user (a test); run: docker login {Host}"], e.Lines);
        Assert.Equal(ExitCode.Failed, e.ExitCode);
    }

    [Fact]
    public async Task A_missing_login_is_named()
    {
        using var registry = Registry(null);
        var e = await Assert.ThrowsAsync<CommandException>(() => registry.CheckAsync(Cancellation));
        Assert.Equal([$"the registry {Host} wants a login, and none was found; run: docker login {Host}"], e.Lines);
    }

    [Fact]
    public async Task An_image_gets_a_tag_that_it_does_not_have_and_no_other_images_tag()
    {
        using var registry = Registry(Login);
        await registry.TagAsync("space/a", Digest, "1", Cancellation);
        Assert.Empty(put);
        await registry.TagAsync("space/a", Digest, "missing", Cancellation);
        Assert.Equal([$"/v2/space/a/manifests/missing application/json {Manifest}"], put);
        var e = await Assert.ThrowsAsync<CommandException>(() => registry.TagAsync("space/a", "sha256:00", "1", Cancellation));
        Assert.Equal([$"in the registry {Host}, space/a:1 is another image than sha256:00"], e.Lines);
    }

    [Fact]
    public async Task An_unexpected_answer_is_named()
    {
        using var registry = Registry(Login);
        var e = await Assert.ThrowsAsync<CommandException>(() => registry.FindAsync("space/a", "broken", Cancellation));
        Assert.Equal([$"the registry {Host} answered 500 to space/a/manifests/broken"], e.Lines);
    }

    [Fact]
    public async Task A_registry_without_TLS_is_refused_unless_it_is_allowed()
    {
        using var registry = new ContainerRegistryClient(Host, Login, isInsecure: false);
        var e = await Assert.ThrowsAsync<CommandException>(() => registry.CheckAsync(Cancellation));
        Assert.StartsWith($"the registry {Host} is unreachable: ", e.Message, StringComparison.Ordinal);
        Assert.Empty(requested);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Host => $"localhost:{new Uri(app.Urls.Single()).Port}";

    private ContainerRegistryClient Registry(ContainerRegistryLogin? login) => new(Host, login, isInsecure: true);

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var repository = path.StartsWith("/v2/space/", StringComparison.Ordinal) ? string.Join('/', path.Split('/')[2..4]) : null;
        if (path == "/token")
        {
            await GiveTokenAsync(context);
        }
        else if (context.Request.Headers.Authorization != $"Bearer of-{repository}")
        {
            var scope = repository is null ? "" : $",scope=\"repository:{repository}:pull\"";
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{Host}/token\",service=\"it\"{scope}";
        }
        else if (HttpMethods.IsPut(context.Request.Method))
        {
            put.Add($"{path} {context.Request.ContentType} {await new StreamReader(context.Request.Body).ReadToEndAsync()}");
            context.Response.StatusCode = 201;
        }
        else
        {
            context.Response.ContentType = "application/json";
            context.Response.StatusCode = path.EndsWith("/missing", StringComparison.Ordinal)
                ? 404
                : path.EndsWith("/broken", StringComparison.Ordinal) ? 500 : 200;
            await context.Response.WriteAsync(Manifest);
        }
    }

    private async Task GiveTokenAsync(HttpContext context)
    {
        var isExchange = HttpMethods.IsPost(context.Request.Method);
        var form = isExchange ? await new StreamReader(context.Request.Body).ReadToEndAsync() : "";
        lock (requested)
            requested.Add(isExchange ? form : context.Request.QueryString.Value!);
        var isRight = isExchange
            ? form.EndsWith("refresh_token=secret", StringComparison.Ordinal)
            : context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("space/user:secret"));
        context.Response.StatusCode = isRight ? 200 : 401;
        var scope = isExchange ? Uri.UnescapeDataString(form.Split("scope=")[1].Split('&')[0]) : context.Request.Query["scope"].ToString();
        await context.Response.WriteAsync($$"""{ "token": "of-{{scope.Split(':').ElementAtOrDefault(1)}}" }""");
    }
}
