using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

/// <summary>Identifying a client allocates nothing on the hot path, except the answer's headers.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AdmissionCostTests : IAsyncDisposable
{
    private const int Requests = 10_000;

    private readonly SteppedTime time = new();
    private readonly TokenIssuer issuer = new("a");
    private readonly SomeKeySource keys;

    public AdmissionCostTests() => keys = new SomeKeySource(issuer, time);

    public async ValueTask DisposeAsync()
    {
        await keys.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public void A_key_is_looked_up_without_an_allocation() => Assert.Equal(0, Allocated("X-API-Key", SomeClients.CallerKey));

    [Fact]
    public async Task A_checked_token_is_recognized_without_an_allocation()
    {
        var token = TokenIssuer.Sign("a", "x", time.GetUtcNow());
        var validator = new TokenValidator(SomeClients.Tokens(issuer), keys.Source, time);
        Assert.NotNull((await validator.CheckAsync(token, TestContext.Current.CancellationToken)).Client);
        Assert.Equal(0, Allocated("Authorization", $"Bearer {token}", validator));
    }

    private long Allocated(string header, string value, TokenValidator? tokens = null)
    {
        var holder = new ClientTableHolder(isOpen: false);
        holder.Swap(ClientTable.Build(SomeClients.Keys(), tokens, null, time));
        var admission = new Admission(holder);
        var context = new DefaultHttpContext();
        context.Request.Headers[header] = value;
        Admit();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
            Admit();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;

        void Admit()
        {
            var admitted = admission.AdmitAsync(context);
            Assert.True(admitted.IsCompletedSuccessfully);
            Assert.NotNull(admitted.Result.Client);
        }
    }
}
