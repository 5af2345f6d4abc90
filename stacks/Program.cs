using ModelServing.Stacks;
using ModelServing.Stacks.Preview;

if (args is ["preview", .. var options])
    return await PreviewCommand.RunAsync(options, Console.Out, Console.Error);
try
{
    return await Pulumi.Deployment.RunAsync<ServingStack>();
}
catch (InvalidOperationException e)
{
    // Before anything is composed: nobody is there that it could be applied by. What fails later Pulumi reports itself.
    Console.Error.WriteLine(e.Message);
    return 1;
}
