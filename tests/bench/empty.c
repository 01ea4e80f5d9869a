/*
 * empty - does nothing, with the libraries of pkiclient.exe: what the loader
 * costs.
 */
int main(void)
{
	return 0;
}
