using ModelServing.Contracts;
using ModelServing.Functions;
using ModelServing.Hosting;

return await ServiceHost.RunAsync("functions", static environment => new FunctionsSettings(environment), FunctionsHost.Add, FunctionsHost.Map);
