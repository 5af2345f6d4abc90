using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router;

// Set before the first socket. Completions run on the polling thread because nothing in this program blocks (docs/router.md).
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

return await ServiceHost.RunAsync("router", static environment => new RouterSettings(environment), RouterHost.Add, RouterHost.Map);
